// The long fuzzers: instructions against the real CPU, garbage to every system call with replay. `make fuzz`; FUZZ_MINUTES (10), FUZZ_SEED (the time).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const until = Date.now() + Number(process.env.FUZZ_MINUTES ?? 10) * 60_000;
let seed = Number(process.env.FUZZ_SEED ?? Math.floor(Date.now() / 1000)), rounds = 0;
const dir = mkdtempSync(join(tmpdir(), 'ktrace-fuzz-'));
const fail = (what) => { console.log(`FAILED seed=${seed}: ${what}\nagain: FUZZ_SEED=${seed} make fuzz`); process.exitCode = 1; };
try {
  for (; Date.now() < until && !process.exitCode; seed++, rounds++) {
    if (existsSync('scripts/fuzz-cpu.mjs')) {
      const r = spawnSync('node', ['scripts/fuzz-cpu.mjs', `seed=${seed}`, 'count=20000'], { stdio: 'inherit' });
      if (r.status !== 0) fail('instructions differ from the real CPU');
    }
    if (existsSync('build/samples/syscall-fuzz')) {
      const rec = join(dir, `${seed}.ktrace`);
      const r = spawnSync('node', ['dist/ktrace.mjs', 'record', '-q', '--ram', '256M', '-o', rec, '--', 'build/samples/syscall-fuzz', String(seed), '20', '400'], { encoding: 'latin1', timeout: 600_000 });
      if (r.status !== 0 || r.stdout !== 'survived 20 rounds\n') fail(`syscall-fuzz ended with ${r.status ?? r.signal}: ${r.stdout}${r.stderr}`);
      else if (spawnSync('node', ['dist/ktrace.mjs', 'replay', rec], { stdio: 'ignore' }).status !== 0) fail('the replay differs');
      rmSync(rec, { recursive: true, force: true });
    }
  }
  console.log(`${rounds} rounds`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
