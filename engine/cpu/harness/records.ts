// The binary records that native.c reads and writes, and the native run itself.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const CODE = 0x10000000, DATA = 0x20000000, ENTRY = 0x800, WINDOW = 0x800;
export const RECORD_SIZE = 128 + 128 + 16 + 512 + 256, RESULT_SIZE = 24 + 128 + 8 + 512 + 256;

export interface Test { code: Uint8Array; gpr: BigUint64Array; rflags: number; fx: Uint8Array; mem: Uint8Array; name: string; /** Bytes of mem not compared. */ ignore: readonly (readonly [number, number])[] }
export interface Outcome { trap: number; error: number; cr2: bigint; rip: bigint; gpr: BigUint64Array; rflags: number; fx: Uint8Array; mem: Uint8Array }

/** Why the real CPU cannot be asked here, or null. */
export function cannotRunNatively(): string | null {
  if (process.arch !== 'x64' || process.platform !== 'linux') return 'the host is not x86-64 Linux';
  return spawnSync('gcc', ['--version']).status === 0 ? null : 'gcc is missing';
}
let program = '';
export function nativeProgram(): string {
  if (program !== '' && existsSync(program)) return program;
  const source = join(fileURLToPath(new URL('.', import.meta.url)), 'native.c');
  const dir = mkdtempSync(join(tmpdir(), 'ktrace-cpu-'));
  program = join(dir, 'native');
  execFileSync('gcc', ['-O1', '-o', program, process.env['KTRACE_NATIVE_C'] ?? source]);
  return program;
}

export function runNatively(tests: readonly Test[]): Outcome[] {
  const input = new Uint8Array(4 + tests.length * RECORD_SIZE), view = new DataView(input.buffer);
  view.setUint32(0, tests.length, true);
  tests.forEach((t, n) => {
    const at = 4 + n * RECORD_SIZE;
    view.setUint32(at, t.code.length, true);
    input.set(t.code, at + 4);
    for (let i = 0; i < 16; i++) view.setBigUint64(at + 128 + i * 8, t.gpr[i]!, true);
    view.setBigUint64(at + 256, BigInt(t.rflags), true);
    input.set(t.fx, at + 272);
    input.set(t.mem, at + 784);
  });
  const run = spawnSync(nativeProgram(), [], { input, maxBuffer: tests.length * RESULT_SIZE + 4096 });
  if (run.status !== 0 || run.stdout.length !== tests.length * RESULT_SIZE) throw new Error(`native run: status ${run.status}, signal ${run.signal}, ${run.stdout.length} bytes for ${tests.length} tests`);
  const out = new Uint8Array(run.stdout), o = new DataView(out.buffer, out.byteOffset);
  return tests.map((_, n) => {
    const at = n * RESULT_SIZE, gpr = new BigUint64Array(16);
    for (let i = 0; i < 16; i++) gpr[i] = o.getBigUint64(at + 24 + i * 8, true);
    return {
      trap: o.getUint32(at, true), error: o.getUint32(at + 4, true), cr2: o.getBigUint64(at + 8, true), rip: o.getBigUint64(at + 16, true), gpr,
      rflags: Number(o.getBigUint64(at + 152, true)), fx: out.slice(at + 160, at + 672), mem: out.slice(at + 672, at + 928),
    };
  });
}
