// Law 4 as a property: snapshot at any cycle, restore in a fresh process, go on: the same digest.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KTRACE, have, ktrace, record, recordingPath, sample } from '../../samples/run.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1e9);
let state = seed || 1;
const random = (): number => { state ^= state << 13; state ^= state >>> 17; state ^= state << 5; return (state >>> 0) / 4294967296; };

const PROGRAMS: string[][] = [['/bin/sh', '-c', 'cat /etc/passwd | sort | head -3; exit 4'], ...['fork-pipe', 'threads-mutex', 'signal-restart', 'cow', 'segfault', 'timer', 'file-copy', 'mmap-shared', 'huge-pages', 'exec-chain'].map((s) => [sample(s)])];
for (const argv of PROGRAMS) for (const cpus of ['1', '8']) {
  test.skipIf(!have(argv[0]!))(`${argv[0]!.split('/').pop()} on ${cpus} CPUs: restored at random cycles and the last (seed=${seed})`, () => {
    const { dir } = record(argv, { flags: ['--cpus', cpus] });
    const { cycles, digest } = JSON.parse(ktrace(['info', dir, '--json']).stdout.toString()) as { cycles: number; digest: string };
    for (let i = 0; i < 4; i++) {
      const at = i === 3 ? cycles - 1 : 1 + Math.floor(random() * (cycles - 1)), saved = recordingPath();
      const jit = ['auto', 'off', 'force', 'auto'][i]!;
      expect(spawnSync(process.execPath, [KTRACE, 'replay', dir, '--save-at', String(at), '--saved', saved]).status, `seed=${seed} cycle ${at}`).toBe(0);
      const r = ktrace(['replay', dir, '--saved', saved, '--jit', jit]);
      expect(r.stderr, `seed=${seed} cycle ${at} jit ${jit}`).toContain(digest);
      expect(r.status).toBe(0);
      rmSync(saved, { force: true });
    }
  }, 180_000);
}
