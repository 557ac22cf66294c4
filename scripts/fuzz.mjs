// The long fuzzers in turn: instructions and programs against the real CPU, programs of calls against the interpreter, C programs native and recorded, garbage to every system call with replay.
// `make fuzz`; FUZZ_MINUTES (10), FUZZ_SEED (the time).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const minutes = Number(process.env.FUZZ_MINUTES ?? 10), until = Date.now() + minutes * 60_000;
let seed = Number(process.env.FUZZ_SEED ?? Math.floor(Date.now() / 1000)), rounds = 0;
const dir = mkdtempSync(join(tmpdir(), 'ktrace-fuzz-')), turn = String(Math.max(10, Math.min(120, minutes * 6)));
const fail = (what) => { console.log(`FAILED seed=${seed}: ${what}\nagain: FUZZ_SEED=${seed} make fuzz`); process.exitCode = 1; };
/** Each prints its own seeds and the commands that replay them. */
const FUZZERS = [['scripts/fuzz-cpu.mjs', 'insn'], ['scripts/fuzz-cpu.mjs', 'insn', '--jit=force'], ['scripts/fuzz-cpu.mjs', 'seq'], ['scripts/fuzz-cpu.mjs', 'calls'], ['scripts/fuzz-cpu.mjs', 'c']];
/** Nothing is random in the opcode map: once is enough. */
const MAP = ['scripts/fuzz-cpu.mjs', 'map'];
try {
  if (spawnSync('node', MAP, { stdio: 'inherit' }).status !== 0) fail(MAP.join(' '));
  for (; Date.now() < until && !process.exitCode; seed += 1_000_000, rounds++) {
    for (const args of FUZZERS) {
      if (!process.exitCode && existsSync(args[0]) && spawnSync('node', [...args, `--seed=${seed}`, `--time=${turn}`], { stdio: 'inherit' }).status !== 0) fail(args.join(' '));
    }
    if (existsSync('build/samples/syscall-fuzz')) {
      const rec = join(dir, `${seed}.ktrace`);
      const r = spawnSync('node', ['dist/ktrace.cjs', 'record', '-q', '--ram', '256M', '-o', rec, '--', 'build/samples/syscall-fuzz', String(seed), '20', '400'], { encoding: 'latin1', timeout: 600_000 });
      if (r.status !== 0 || r.stdout !== 'survived 20 rounds\n') fail(`syscall-fuzz ended with ${r.status ?? r.signal}: ${r.stdout}${r.stderr}`);
      else if (spawnSync('node', ['dist/ktrace.cjs', 'replay', rec], { stdio: 'ignore' }).status !== 0) fail('the replay differs');
      rmSync(rec, { recursive: true, force: true });
    }
  }
  console.log(`${rounds} rounds`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
