// The binary records that native.c reads and writes, the address map of a test, and the native run itself.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CPU_LEVELS } from '../../abi/cpu-models.ts';
import type { CpuLevel } from '../../abi/cpu-models.ts';

/** Code: four pages, read, write, execute; behind them nothing. */
export const CODE = 0x10000000, CODE_PAGES = 4;
/** Data: two pages read-write, one read-only, a hole, one read-write. */
export const DATA = 0x20000000, DATA_PAGES = 5, DATA_READ_ONLY = 2, DATA_HOLE = 3;
export const STACK = 0x30000000, STACK_PAGES = 4;
/** Where single instructions stand in the code, and the usual place of a test's memory in the data. */
export const ENTRY = 0x800, WINDOW = 0x800;

export interface Test {
  code: Uint8Array; /** Offset in CODE of the first instruction. */ entry: number;
  gpr: BigUint64Array; rflags: number; fsBase: number; gsBase: number;
  /** FXSAVE's image; behind it, if there, the upper halves of the ymm registers. */
  fx: Uint8Array;
  /** Offset in DATA of `mem`; all else is zero. */
  window: number; mem: Uint8Array;
  name: string;
  /** Bytes of mem that are not compared: [from, to). */
  ignore: readonly [number, number];
}
export interface Outcome {
  /** Exception vector; TIMEOUT when the code did not end. */
  trap: number; error: number; cr2: bigint; rip: bigint; gpr: BigUint64Array; rflags: number; fx: Uint8Array; mem: Uint8Array;
  /** Hashes of the pages of data, stack and code. */
  data: number; stack: number; text: number;
  /** What a signal handler was told; absent where no kernel was involved. */
  signal?: { signo: number; code: number; address: bigint };
}
export const TIMEOUT = 99;

/** native.c's hash() over 32-bit words. */
export function hashWords(words: Uint32Array, from: number, to: number): number {
  let h = 0x811c9dc5;
  for (let i = from; i < to; i++) { h = Math.imul(h ^ words[i]!, 0x9e3779b1); h ^= h >>> 13; }
  return h >>> 0;
}

/** Why the real CPU cannot be asked here, or null. */
export function cannotRunNatively(): string | null {
  if (process.arch !== 'x64' || process.platform !== 'linux') return 'the host is not x86-64 Linux';
  return spawnSync('gcc', ['--version']).status === 0 ? null : 'gcc is missing';
}
let cpuinfo: Readonly<Record<string, string>> | null = null;
/** A line of the first processor in /proc/cpuinfo; '' where there is none. */
function hostSays(key: string): string {
  if (cpuinfo === null) {
    try { cpuinfo = Object.fromEntries(readFileSync('/proc/cpuinfo', 'utf8').split('\n\n')[0]!.split('\n').map((line) => line.split(/\s*:\s*/) as [string, string])); } catch { cpuinfo = {}; /* not Linux */ }
  }
  return cpuinfo[key] ?? '';
}
/** The x86-64 level of the real CPU: what is beyond it cannot be compared. */
export function hostLevel(): 2 | 3 {
  const flags = hostSays('flags').split(' ');
  return ['avx', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'movbe', 'xsave', 'abm'].every((x) => flags.includes(x)) ? 3 : 2;
}
let chosen: CpuLevel | null = null;
/** `--cpu` of a fuzzer: the model that is tested. Said once, before tests or guests are made. */
export function chooseLevel(name: string | undefined): void {
  if (name === undefined) return;
  const level = CPU_LEVELS.find((l) => l === name);
  if (level === undefined || Number(level[1]) > hostLevel()) throw new Error(`--cpu is ${CPU_LEVELS.join(', ')}, and no more than this host's v${hostLevel()}`);
  chosen = level;
}
/** The model whose instructions are made and run: the chosen one, else the best that the host can be asked about. */
export const testedModel = (): CpuLevel => chosen ?? `v${hostLevel()}`;
export const testedLevel = (): number => Number(testedModel()[1]);
export const hostIsAmd = (): boolean => hostSays('vendor_id') === 'AuthenticAMD';
/** The real CPU's RCPPS and RSQRTPS are those that ours were measured on (semantics/approximation.ts). */
export const hostApproximates = (): boolean => hostIsAmd() && hostSays('cpu family') === '25';
let program = '';
export function nativeProgram(): string {
  if (program !== '' && existsSync(program)) return program;
  const source = join(fileURLToPath(new URL('.', import.meta.url)), 'native.c');
  const dir = mkdtempSync(join(tmpdir(), 'ktrace-cpu-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  program = join(dir, 'native');
  execFileSync('gcc', ['-O1', '-fno-stack-protector', '-o', program, process.env['KTRACE_NATIVE_C'] ?? source]);
  return program;
}

/** The components of XSAVE that the real CPU and its kernel have (XCR0). */
export function hostComponents(): number {
  const t: Test = { code: Uint8Array.of(0x0f, 0x01, 0xd0), entry: ENTRY, gpr: new BigUint64Array(16), rflags: 0x202, fsBase: 0, gsBase: 0, fx: new Uint8Array(FX_SIZE), window: WINDOW, mem: new Uint8Array(8), name: 'xgetbv', ignore: [0, 0] };
  return Number(runNatively([t])[0]!.gpr[0]);
}

/** Bytes of Test.fx with the upper halves. */
export const FX_SIZE = 768;
const HEADER = 12, RECORD = 24 + 19 * 8 + FX_SIZE, RESULT = 24 + 17 * 8 + 16 + 16 + FX_SIZE;
function encode(tests: readonly Test[], steps: number): Uint8Array {
  const sizes = tests.map((t) => RECORD + ((t.code.length + t.mem.length + 7) & ~7)), total = sizes.reduce((a, b) => a + b, 0);
  const out = new Uint8Array(HEADER + total), view = new DataView(out.buffer);
  [tests.length, steps, total].forEach((n, i) => view.setUint32(i * 4, n, true));
  let at = HEADER;
  tests.forEach((t, n) => {
    [t.code.length, t.mem.length, t.entry, t.window, t.ignore[0], t.ignore[1]].forEach((x, i) => view.setUint32(at + i * 4, x, true));
    for (let i = 0; i < 16; i++) view.setBigUint64(at + 24 + i * 8, t.gpr[i]!, true);
    [t.rflags, t.fsBase, t.gsBase].forEach((x, i) => view.setBigUint64(at + 152 + i * 8, BigInt(x), true));
    out.set(t.fx, at + 176);
    out.set(t.code, at + RECORD);
    out.set(t.mem, at + RECORD + t.code.length);
    at += sizes[n]!;
  });
  return out;
}
function decodeResults(bytes: Uint8Array): Outcome[] {
  const o = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), out: Outcome[] = [];
  for (let at = 0; at < bytes.length;) {
    const gpr = new BigUint64Array(16), length = o.getUint32(at + 188, true);
    for (let i = 0; i < 16; i++) gpr[i] = o.getBigUint64(at + 24 + i * 8, true);
    out.push({
      trap: o.getUint32(at, true), error: o.getUint32(at + 4, true), cr2: o.getBigUint64(at + 8, true), rip: o.getBigUint64(at + 16, true), gpr,
      rflags: Number(o.getBigUint64(at + 152, true) & 0xffffffffn),
      signal: { signo: o.getInt32(at + 160, true), code: o.getInt32(at + 164, true), address: o.getBigUint64(at + 168, true) },
      data: o.getUint32(at + 176, true), stack: o.getUint32(at + 180, true), text: o.getUint32(at + 184, true),
      fx: bytes.slice(at + 192, at + 192 + FX_SIZE), mem: bytes.slice(at + RESULT, at + RESULT + length),
    });
    at += RESULT + length;
  }
  return out;
}
/** How native.c is started: itself, or through a command (ktrace) that runs it. */
export type Runner = readonly string[];
function ask(tests: readonly Test[], steps: number, runner: Runner): Outcome[] {
  const [command, ...args] = [...runner, nativeProgram()];
  const run = spawnSync(command!, args, { input: encode(tests, steps), maxBuffer: 1 << 30 });
  if (run.status !== 0) throw new Error(`native run: status ${run.status}, signal ${run.signal} ${run.stderr.toString().slice(0, 500)}`);
  return decodeResults(new Uint8Array(run.stdout));
}
export function runNatively(tests: readonly Test[], runner: Runner = []): Outcome[] {
  if (tests.length === 0) return [];
  const out = ask(tests, 0, runner);
  if (out.length !== tests.length) throw new Error(`native run: ${out.length} results for ${tests.length} tests`);
  return out;
}
/** The state after each instruction, at most `steps` of them; the last is the end if it was reached. */
export function traceNatively(t: Test, steps: number): Outcome[] { return ask([t], steps, []); }
