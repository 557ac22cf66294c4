// What each sample is known to do must stand in the trace tables, and counts in the tables equal the kernel's own counters.
import { beforeAll, describe, expect, test } from 'vitest';
import { have, ktrace, record, sample } from './run.ts';

type Row = Record<string, number | string | null>;
const sql = (dir: string, query: string): Row[] => {
  const r = ktrace(['sql', dir, '--format', 'json', query]);
  expect(r.status, `${query}\n${r.stderr}`).toBe(0);
  return JSON.parse(r.stdout.toString());
};
const n = (dir: string, query: string): number => Number(Object.values(sql(dir, query)[0]!)[0]);
const recorded = new Map<string, ReturnType<typeof record>>();
const dirOf = (name: string): string => {
  if (!recorded.has(name)) recorded.set(name, record([sample(name)]));
  return recorded.get(name)!.dir;
};
const built = have(sample('fork-pipe'));
beforeAll(() => { if (!built) console.log('skipped: the samples are not built (no C compiler)'); });

describe.skipIf(!built)('facts of the samples', () => {
  test('fork-pipe: 100 writes of 16 bytes by the child, 1600 bytes read by the parent', () => {
    const d = dirOf('fork-pipe');
    expect(sql(d, "select count(*)::int c, sum(ret)::int b from syscall where name = 'write' and ret = 16")).toEqual([{ c: 100, b: 1600 }]);
    expect(n(d, "select sum(ret) from syscall where name = 'read' and ret between 1 and 16")).toBe(1600);
    expect(n(d, "select count(*) from process where exit_code = 7")).toBe(1);
  });
  test('threads-mutex: five tasks of one process', () => {
    const d = dirOf('threads-mutex');
    expect(n(d, "select max(c) from (select upid, count(*) c from thread where not kthread group by upid)")).toBe(5);
    expect(n(d, "select count(*) from syscall where name = 'futex'")).toBeGreaterThan(0);
  });
  test('signal-restart: two SIGUSR1 delivered to the handler, one call restarted, one EINTR', () => {
    const d = dirOf('signal-restart');
    expect(n(d, "select count(*) from signal where event = 'deliver' and name = 'SIGUSR1' and result = 'handler'")).toBe(2);
    expect(n(d, "select count(*) from signal where event = 'return'")).toBe(2);
    expect(n(d, "select count(*) from syscall where name = 'read' and restart <> 0")).toBeGreaterThanOrEqual(1);
  });
  test('cow: at least 32 copy-on-write faults', () => expect(n(dirOf('cow'), "select count(*) from page_fault where kind = 'cow'")).toBeGreaterThanOrEqual(32));
  test('fault-storm: at least 4,000 minor faults, by write, on anonymous memory', () => expect(n(dirOf('fault-storm'), "select count(*) from page_fault where kind = 'minor' and access = 'write'")).toBeGreaterThanOrEqual(4000));
  test('segfault: an invalid fault at 0x1234 and death by SIGSEGV', () => {
    const d = dirOf('segfault');
    expect(n(d, 'select count(*) from page_fault where kind = \'invalid\' and addr = 4660')).toBe(1);
    expect(n(d, "select count(*) from process where exit_signal = 11")).toBe(1);
    expect(n(d, "select count(*) from signal where event = 'deliver' and name = 'SIGSEGV' and result in ('terminate', 'core')")).toBe(1);
  });
  test('timer: five sleeps of 20 ms, off the CPU', () => {
    const d = dirOf('timer');
    expect(n(d, "select count(*) from syscall where name = 'clock_nanosleep' and blocked_ns >= 19900000 and dur >= 20000000")).toBe(5);
    expect(n(d, "select count(*) from signal where event = 'deliver' and name = 'SIGALRM'")).toBe(5);
  });
  test('nice-levels: CPU time follows the weights', () => {
    const d = dirOf('nice-levels');
    const rows = sql(d, "select t.utid, sum(s.dur)::double d from thread_state s join thread t using (utid) where s.state = 'Running' and t.name = 'nice-levels' group by 1 order by d desc limit 2");
    const ratio = Number(rows[0]!.d) / Number(rows[1]!.d);
    expect(ratio).toBeGreaterThan(2.6);
    expect(ratio).toBeLessThan(3.6);
  });
  test('file-copy: 300 writes of 1,000 bytes and a copy in 4,096-byte blocks', () => {
    const d = dirOf('file-copy');
    expect(n(d, "select count(*) from syscall where name = 'write' and ret = 1000")).toBe(300);
    expect(n(d, "select count(*) from syscall where name = 'write' and ret = 4096")).toBe(73);
  });
  test('exec-chain: four execs of one process', () => expect(n(dirOf('exec-chain'), 'select max(c) from (select upid, count(*) c from exec group by upid)')).toBe(4));
});

describe.skipIf(!built)('the tables agree with the kernel and with each other', () => {
  for (const name of ['fork-pipe', 'threads-mutex', 'signal-restart', 'fault-storm'])
    test(name, () => {
      const d = dirOf(name);
      const info = JSON.parse(ktrace(['info', d, '--json']).stdout.toString());
      for (const [table, rows] of Object.entries(info.events as Record<string, number>)) expect({ table, rows: n(d, `select count(*) from ${table}`) }).toEqual({ table, rows });
      // What the kernel counted itself (exit accounting of processes, its switch and fault counters) against the rows.
      expect(n(d, 'select sum(nvcsw) + sum(nivcsw) from thread where not kthread')).toBe(n(d, 'select count(*) from sched_switch where reason <> \'exit\' and prev_utid in (select utid from thread where not kthread)'));
      expect(n(d, "select sum(minflt) + sum(majflt) from process")).toBe(n(d, "select count(*) from page_fault where kind <> 'invalid'"));
      expect(n(d, 'select count(*) from process')).toBe(n(d, 'select count(distinct upid) from thread'));
      // A wake-up is followed by a switch to that task, unless it ended or the run did.
      expect(n(d, "select count(*) from sched_switch where prev_state = 'R' and prev_utid = next_utid and prev_utid <> 0")).toBe(0);
      expect(n(d, 'select count(*) from (select seq, count(*) c from (select seq from syscall union all select seq from sched_switch union all select seq from sched_wakeup union all select seq from page_fault union all select seq from signal) group by seq having c > 1)')).toBe(0);
    });
});
