// Law 4 and law 3 on real programs: snapshots at random cycles, restored into fresh machines, and every tier give one digest.
// seed= in a failure's name reproduces it.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTrace } from '../events/emitter.ts';
import { digestHex } from '../events/digest.ts';
import { createNodeHost } from '../host/node.ts';
import { createMachine, restoreMachine } from './machine.ts';
import type { JitMode, Machine } from './machine.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ktrace-machine-'));
  writeFileSync(join(dir, 'input'), Array.from({ length: 300 }, (_, i) => `${(i * 7919) % 1000}\n`).join(''));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Outcome { digest: string; exit: unknown; cycles: number; instructions: number; snapshots: number }

function run(script: string, cpus: number, jit: JitMode, seed: number, chaosSeed = 0): Outcome {
  const control = createTrace(() => false, null);
  const node = createNodeHost({ hidden: [], clock: { sec: 1_700_000_000, nsec: 0 }, stdinFd: 0, async: null });
  const host = Object.create(node) as typeof node;
  Object.assign(host, { stream: () => ({ kind: 'closed', stat: null, writable: false, readable: false }), poll: () => [], wantStdin: () => {} });
  let m: Machine = createMachine({
    cpus, ramBytes: 128 << 20, seed: 0, hz: 250, preempt: 'voluntary', scheduler: 'eevdf', cpuModel: 'v1', startSec: 1_700_000_000, startNsec: 0,
    hostname: 'ktrace', release: '6.1.0', version: '#1', chaosSeed, quantumCycles: 10_000, sampleHz: 0, timeLimit: 0, jit,
    program: { path: '/bin/bash', argv: ['bash', '-c', script], env: ['PATH=/usr/bin:/bin'], cwd: dir, uid: 0, gid: 0, groups: [0] },
  }, host, control.trace);
  let x = seed, snapshots = 0, next = 200_000;
  const random = (): number => (x = (Math.imul(x, 1103515245) + 12345) >>> 0) / 4294967296;
  let state = m.run(50_000);
  while (state === 'slice') {
    if (seed !== 0 && m.now > next) {
      m = restoreMachine(m.snapshot(), host, control.trace, random() < 0.5 ? 'off' : jit, cpus);
      snapshots++;
      next = m.now * 1.2 + random() * 300_000;
    }
    state = m.run(10_000 + Math.floor(random() * 100_000));
  }
  expect(state).toBe('done');
  const c = m.counters();
  m.close();
  node.close();
  return { digest: digestHex(control.digest()), exit: m.exit, cycles: c.cycles!, instructions: c.instructions!, snapshots };
}

const SCRIPT = 'sort -n input | uniq -c | head -3 >/dev/null; (sleep 0.01; exit 3) & for i in 1 2 3; do read x < input; done; trap : USR1; kill -USR1 $$; wait $!; exit $?';

test.runIf(existsSync('/bin/bash')).each([[1, 0], [8, 0], [8, 11]])('one digest: snapshots anywhere, every tier (%i CPUs, chaos %i)', (cpus, chaos) => {
  const plain = run(SCRIPT, cpus, 'auto', 0, chaos);
  expect(plain.exit).toEqual({ code: 3 });
  for (const seed of [1, 99]) {
    const { snapshots, ...cut } = run(SCRIPT, cpus, 'auto', seed, chaos);
    expect(snapshots, `seed=${seed}`).toBeGreaterThan(2);
    expect({ ...cut, snapshots: 0 }, `seed=${seed}`).toEqual({ ...plain, snapshots: 0 });
  }
  expect(run(SCRIPT, cpus, 'off', 0, chaos)).toEqual(plain);
}, 240_000);
