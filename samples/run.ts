// How tests start programs: natively, and under the built ktrace command. Recordings go to a temporary folder that is removed at exit.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const KTRACE = resolve(process.env.KTRACE_BIN ?? 'dist/ktrace.cjs');
export const SAMPLES = resolve('build/samples');
const scratch = mkdtempSync(join(tmpdir(), 'ktrace-test-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let count = 0;

export interface Result { stdout: Buffer; stderr: string; status: number | null; signal: string | null }

/** The environment both sides get: nothing of the tester's that could differ. SHLVL, since a bash without it whose input is a socket, as Node's pipes are, reads ~/.bashrc (bash(1), INVOCATION). */
export const ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8', TERM: 'dumb', SHELL: '/bin/bash', USER: 'root', PWD: '/tmp', TZ: 'UTC', SHLVL: '1' };

export function run(argv: string[], options: { input?: string; cwd?: string; env?: Record<string, string>; timeoutMs?: number } = {}): Result {
  const r = spawnSync(argv[0]!, argv.slice(1), { input: options.input ?? '', cwd: options.cwd ?? '/tmp', env: options.env ?? ENV, timeout: options.timeoutMs ?? 120_000, maxBuffer: 1 << 28 });
  return { stdout: r.stdout ?? Buffer.alloc(0), stderr: (r.stderr ?? '').toString('latin1'), status: r.status, signal: r.signal };
}

export function ktrace(args: string[], options: Parameters<typeof run>[1] = {}): Result {
  return run([process.execPath, KTRACE, ...args], options);
}

/** A fresh path for a recording. */
export const recordingPath = (): string => join(scratch, `r${count++}.ktrace`);

/** Records argv quietly; `dir` is the recording. */
export function record(argv: string[], options: Parameters<typeof run>[1] & { flags?: string[] } = {}): Result & { dir: string } {
  const dir = recordingPath();
  return { ...ktrace(['record', '-q', '-o', dir, ...(options.flags ?? []), '--', ...argv], options), dir };
}

export const sample = (name: string): string => join(SAMPLES, name);
export const have = (...programs: string[]): boolean => programs.every((p) => (p.includes('/') ? existsSync(p) : spawnSync('sh', ['-c', `command -v ${p}`]).status === 0));
