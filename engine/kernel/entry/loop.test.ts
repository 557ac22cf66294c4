// The run loop with scripted tasks: order of CPUs, fairness of EEVDF, timers, determinism over snapshots.
import { expect, test } from 'vitest';
import { runLoop } from './loop.ts';
import { setAffinity, setNice } from '../sched/params.ts';
import { cpuTimes } from '../sched/stats.ts';
import { copyMachine, scriptedMachine } from './scripted.ts';
import type { Op, TestMachine } from './scripted.ts';

const SECOND = 1e9;
const busy: Op[] = [['cpu', 1e12]];
const run = (m: TestMachine, until: number): string => runLoop(m.k, until);

test('equal tasks share one CPU equally; nice levels by weight', () => {
  const m = scriptedMachine(1, [busy]);
  const a = m.spawn(0), b = m.spawn(0), c = m.spawn(0, 5);
  run(m, 10 * SECOND);
  const total = a.utime + b.utime + c.utime;
  expect(total).toBeGreaterThan(9.9 * SECOND);
  expect(Math.abs(a.utime - b.utime)).toBeLessThan(0.02 * SECOND);
  // 1024 : 335
  expect(c.utime / a.utime).toBeCloseTo(335 / 1024, 1);
});

test('FIFO runs before everything else, SCHED_IDLE only when nothing does', () => {
  const m = scriptedMachine(1, [busy, [['cpu', SECOND]]]);
  const fair = m.spawn(0), fifo = m.spawn(1, 0, 1, 10), idle = m.spawn(0, 0, 5);
  run(m, 0.9 * SECOND);
  expect(fifo.utime).toBeGreaterThan(0.89 * SECOND);
  expect(fair.utime).toBeLessThan(0.001 * SECOND);
  run(m, 3 * SECOND);
  expect(idle.utime).toBeLessThan(0.02 * SECOND);
});

test('eight busy tasks on eight CPUs do not wait', () => {
  const m = scriptedMachine(8, [[['cpu', SECOND]]]);
  const tasks = Array.from({ length: 8 }, () => m.spawn(0));
  expect(run(m, 10 * SECOND)).toBe('done');
  expect(new Set(tasks.map((t) => t.cpu)).size).toBe(8);
  for (const t of tasks) expect(t.utime).toBeGreaterThanOrEqual(SECOND);
  expect(m.k.now).toBeLessThan(1.01 * SECOND);
});

test('sleep wakes on time and an idle machine jumps', () => {
  const m = scriptedMachine(1, [[['sleep', 100_000], ['sleep', 3_000_000_000], ['sleep', 1]]]);
  m.spawn(0);
  expect(run(m, 1e15)).toBe('done');
  for (const s of m.calls.sleeps) { expect(s.woke).toBeGreaterThanOrEqual(s.due); expect(s.woke - s.due).toBeLessThan(5000); }
  expect(m.calls.sleeps.length).toBe(3);
});

test('waiting without an event is idle, a wake-up crosses CPUs', () => {
  const m = scriptedMachine(2, [[['wait'], ['cpu', 1000]], [['cpu', 50_000], ['wake']]], ['sched_wakeup', 'sched_switch']);
  m.spawn(0); m.spawn(1);
  expect(run(m, SECOND)).toBe('done');
  const stuck = scriptedMachine(1, [[['wait']]]);
  stuck.spawn(0);
  expect(run(stuck, SECOND)).toBe('idle');
});

const mixed: Op[][] = [
  [['cpu', 12_345], ['wait'], ['cpu', 777], ['clock'], ['loop', 200]],
  [['cpu', 5_555], ['wake'], ['yield'], ['wake'], ['loop', 200]],
  [['sleep', 33_333], ['cpu', 2_000_000], ['loop', 20]],
  [['cpu', 7_000_000], ['wake'], ['sleep', 10], ['wake'], ['loop', 10]],
];
function spawnMixed(m: TestMachine): void { for (let i = 0; i < 12; i++) m.spawn(i % 4, i % 3); }

test.each([[1, 0], [2, 0], [8, 0], [8, 42]])('entries are in time order and slices change nothing: %i CPUs, chaos %i', (cpus, chaos) => {
  const logs = [1e15, 100_000, 3_333].map((slice) => {
    const m = scriptedMachine(cpus, mixed, ['sched_switch', 'sched_wakeup'], chaos);
    spawnMixed(m);
    for (let until = slice; run(m, until) === 'slice'; until += slice);
    return m.log.lines;
  });
  expect(logs[0]!.length).toBeGreaterThan(50);
  expect(logs[1]).toEqual(logs[0]);
  expect(logs[2]).toEqual(logs[0]);
});

test.each([[1, 0], [8, 0], [8, 7]])('snapshot anywhere, restore, continue: the same events (%i CPUs, chaos %i)', (cpus, chaos) => {
  const tables = ['sched_switch', 'sched_wakeup', 'thread_state', 'irq'];
  const whole = scriptedMachine(cpus, mixed, tables, chaos);
  spawnMixed(whole);
  run(whole, 1e15);
  for (const at of [1, 12_000, 250_000, 4_000_001, 9_999_999, 20_000_000]) {
    const m = scriptedMachine(cpus, mixed, tables, chaos);
    spawnMixed(m);
    if (run(m, at) !== 'slice') continue;
    const c = copyMachine(m, tables);
    run(c, 1e15);
    expect([...m.log.lines, ...c.log.lines].map((l) => l.replace(/cause_seq=\d+/, ''))).toEqual(whole.log.lines.map((l) => l.replace(/cause_seq=\d+/, '')));
  }
});

test.each([1, 4])('every cycle of a CPU is accounted once (%i CPUs)', (cpus) => {
  const m = scriptedMachine(cpus, mixed);
  spawnMixed(m);
  run(m, 1e15);
  for (let i = 0; i < cpus; i++) {
    const c = cpuTimes(m.k, i), sum = c.user + c.nice + c.system + c.idle + c.irq + c.softirq;
    expect(sum / m.k.now).toBeGreaterThan(0.98);
    expect(sum / m.k.now).toBeLessThan(1.02);
  }
});

test('preempt=full switches inside kernel paths and stays deterministic', () => {
  const go = (slice: number): string[] => {
    const m = scriptedMachine(2, mixed, ['sched_switch']);
    m.k.config.preempt = 'full';
    spawnMixed(m);
    for (let until = slice; run(m, until) === 'slice'; until += slice);
    return m.log.lines;
  };
  expect(go(50_000)).toEqual(go(1e15));
});

test('affinity moves a task; a niced task is reweighted', () => {
  const m = scriptedMachine(2, [busy]);
  const a = m.spawn(0), b = m.spawn(0);
  run(m, 100_000_000);
  m.k.now = m.p.now(0);
  m.k.thisCpu = 0;
  setAffinity(m.k, a, 1); setAffinity(m.k, b, 1);
  run(m, 200_000_000);
  const a0 = a.utime, b0 = b.utime;
  setNice(m.k, b, 10);
  run(m, 2_200_000_000);
  expect(a.cpu).toBe(0); expect(b.cpu).toBe(0);
  expect((b.utime - b0) / (a.utime - a0)).toBeCloseTo(110 / 1024, 1);
});
