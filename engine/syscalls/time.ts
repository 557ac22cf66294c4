// Handlers of the time family: clocks, sleeping, interval and POSIX timers.
import { CLOCK_BOOTTIME, CLOCK_BOOTTIME_ALARM, CLOCK_MONOTONIC, CLOCK_MONOTONIC_COARSE, CLOCK_MONOTONIC_RAW, CLOCK_PROCESS_CPUTIME_ID, CLOCK_REALTIME, CLOCK_REALTIME_ALARM, CLOCK_REALTIME_COARSE, CLOCK_TAI, CLOCK_THREAD_CPUTIME_ID, ITIMER_PROF, ITIMER_REAL, ITIMER_VIRTUAL, SIGEV_NONE, SIGEV_SIGNAL, SIGEV_THREAD, SIGEV_THREAD_ID, TIMER_ABSTIME } from '../abi/clock-ids.ts';
import { EFAULT, EINVAL, EPERM } from '../abi/errno.ts';
import { NR } from '../abi/syscall-numbers.ts';
import type { Kernel } from '../kernel/contracts/kernel.ts';
import type { Task } from '../kernel/contracts/task.ts';
import { BLOCK, ERESTARTNOHAND, ERESTART_RESTARTBLOCK } from '../kernel/contracts/wait.ts';
import { entryOf } from '../kernel/entry/state.ts';
import { copyFromUser, copyToUser, prepareUser, putUserU32, putUserU64 } from '../kernel/mm/uaccess.ts';
import { capable } from '../kernel/process/cred.ts';
import { setVdsoClock } from '../kernel/process/vdso.ts';
import { waitOn } from '../kernel/sched/wait.ts';
import { signalPending } from '../kernel/signal/pending.ts';
import { realtime, realtimeToCycles, setRealtime, timeOf } from '../kernel/time/clock.ts';
import { processTimes } from '../kernel/time/cpu-timers.ts';
import { PosixTimer, armPosixTimer, setRealTimer } from '../kernel/time/posix-timers.ts';
import { longBytes, readLongs, readTimespec, toNs, writeLongs, writeTimespec } from '../kernel/time/user.ts';
import type { Args, Handlers } from './call.ts';
import { restartable } from './restart.ts';

const CAP_SYS_TIME = 25;
const SIGALRM = 14;

/** Cycles the current task has used up to now, the present kernel path included. */
function threadTime(k: Kernel, t: Task): number {
  const inPath = t.onCpu >= 0 && t === k.current ? k.now - k.processor.now(t.onCpu) : 0;
  return t.utime + t.stime + Math.max(0, inPath);
}
function processTime(k: Kernel, t: Task): number {
  const p = t.process, { utime, stime } = processTimes(p);
  const inPath = k.current.process === p ? Math.max(0, k.now - k.processor.now(k.thisCpu)) : 0;
  return utime + stime + inPath;
}

/** sec/nsec of a clock, or −EINVAL. Coarse clocks step with the tick. */
function readClock(k: Kernel, task: Task, id: number): { sec: number; nsec: number } | number {
  const of = (ns: number): { sec: number; nsec: number } => ({ sec: Math.floor(ns / 1e9), nsec: ns % 1e9 });
  const tick = entryOf(k).tickCycles, coarse = Math.floor(k.now / tick) * tick;
  switch (id) {
    case CLOCK_REALTIME: case CLOCK_REALTIME_ALARM: case CLOCK_TAI: return realtime(k);
    case CLOCK_REALTIME_COARSE: {
      const now = k.now;
      k.now = coarse;
      const r = realtime(k);
      k.now = now;
      return r;
    }
    case CLOCK_MONOTONIC: case CLOCK_MONOTONIC_RAW: case CLOCK_BOOTTIME: case CLOCK_BOOTTIME_ALARM: return of(k.now);
    case CLOCK_MONOTONIC_COARSE: return of(coarse);
    case CLOCK_PROCESS_CPUTIME_ID: return of(processTime(k, task));
    case CLOCK_THREAD_CPUTIME_ID: return of(threadTime(k, task));
    default: {
      if (id >= 0 || (id & 3) === 3) return -EINVAL;
      // clock_getcpuclockid(3): ~pid << 3 | 4 for a thread | 0 prof, 1 virt, 2 sched
      const pid = ~(id >> 3), perThread = (id & 4) !== 0;
      const t = pid === 0 ? task : perThread ? k.tasks.get(pid) : k.processes.get(pid)?.leader;
      if (!t || (perThread && t.process !== task.process)) return -EINVAL;
      if ((id & 3) === 1) return of(perThread ? t.utime : processTimes(t.process).utime);
      return of(perThread ? threadTime(k, t) : processTime(k, t));
    }
  }
}

/** The rest of a sleep, at an interruption or an immediate end. */
function sleep(k: Kernel, task: Task, remVa: number, absolute: boolean): number {
  const s = task.syscall;
  if (s.timedOut || k.now >= s.deadline) return 0;
  if (signalPending(task)) {
    if (absolute) return -ERESTARTNOHAND;
    if (remVa !== 0 && writeTimespec(k, task, remVa, s.deadline - k.now) < 0) return -EFAULT;
    return -ERESTART_RESTARTBLOCK;
  }
  waitOn(k, task, [], { interruptible: true, wchan: 'hrtimer_nanosleep', deadline: s.deadline });
  return BLOCK;
}
/** Slack: a sleep of a normal task may end up to timerslack_ns late (prctl(2)); here it ends on time. */
const afterNow = (k: Kernel, ns: number): number => Math.max(1, k.now + ns);

function nanosleep(k: Kernel, task: Task, a: Args): number {
  const s = task.syscall;
  if (s.deadline === 0) {
    const ts = readTimespec(k, task, a.ptr(0));
    if (typeof ts === 'number') return ts;
    s.deadline = afterNow(k, toNs(ts));
  }
  return sleep(k, task, a.ptr(1), false);
}
function clockNanosleep(k: Kernel, task: Task, a: Args): number {
  const s = task.syscall, clock = a.i32(0), absolute = (a.i32(1) & TIMER_ABSTIME) !== 0;
  if (s.deadline === 0) {
    if (clock === CLOCK_THREAD_CPUTIME_ID || clock === CLOCK_MONOTONIC_RAW || clock === CLOCK_REALTIME_COARSE || clock === CLOCK_MONOTONIC_COARSE || clock > CLOCK_TAI) return -EINVAL;
    const ts = readTimespec(k, task, a.ptr(2));
    if (typeof ts === 'number') return ts;
    if (clock === CLOCK_PROCESS_CPUTIME_ID || clock < 0) return -EINVAL;
    if (!absolute) s.deadline = afterNow(k, toNs(ts));
    else s.deadline = Math.max(1, clock === CLOCK_REALTIME || clock === CLOCK_TAI || clock === CLOCK_REALTIME_ALARM ? realtimeToCycles(k, ts.sec, ts.nsec) : toNs(ts));
  }
  return sleep(k, task, a.ptr(3), absolute);
}
restartable.set(NR.nanosleep, nanosleep);
restartable.set(NR.clock_nanosleep, clockNanosleep);

const usec = (ns: number): number[] => [Math.floor(ns / 1e9), Math.floor((ns % 1e9) / 1000)];

function itimer(k: Kernel, task: Task, which: number): { left: number; interval: number } | number {
  const p = task.process;
  if (which === ITIMER_REAL) return { left: p.realTimerDeadline === 0 ? 0 : Math.max(1000, p.realTimerDeadline - k.now), interval: p.realTimerInterval };
  const { utime, stime } = processTimes(p);
  if (which === ITIMER_VIRTUAL) return { left: p.virtTimer === 0 ? 0 : Math.max(1000, p.virtTimer - utime), interval: p.virtInterval };
  if (which === ITIMER_PROF) return { left: p.profTimer === 0 ? 0 : Math.max(1000, p.profTimer - utime - stime), interval: p.profInterval };
  return -EINVAL;
}

/** struct timex, read only: no clock discipline runs here, so it is unsynchronised. */
function timex(k: Kernel, task: Task, va: number): number {
  const b = copyFromUser(k, task, va, 208);
  if (typeof b === 'number') return -EFAULT;
  const v = new DataView(b.buffer, b.byteOffset, 208), modes = v.getUint32(0, true);
  if (modes !== 0 && modes !== 0xa001) return -EPERM; // ADJ_OFFSET_SS_READ
  const out = new Uint8Array(208), w = new DataView(out.buffer), now = realtime(k);
  w.setUint32(0, modes, true);
  w.setUint32(24, 16_000_000, true); w.setUint32(32, 16_000_000, true); // maxerror, esterror
  w.setInt32(40, 0x40, true); // STA_UNSYNC
  w.setUint32(48, 2, true); // constant
  w.setUint32(56, 1, true); // precision
  w.setUint32(64, 32_768_000, true); // tolerance
  w.setUint32(72, now.sec >>> 0, true); w.setUint32(76, Math.floor(now.sec / 4294967296), true);
  w.setUint32(80, Math.floor(now.nsec / 1000), true);
  w.setUint32(88, 10_000, true); // tick
  const bad = copyToUser(k, task, va, out);
  return bad < 0 ? bad : 5; // TIME_ERROR
}

/** CLOCK_REALTIME is set: the vDSO's copy follows. */
function moveClock(k: Kernel, sec: number, nsec: number): void {
  setRealtime(k, sec, nsec);
  setVdsoClock(k, timeOf(k).bootSec, timeOf(k).bootNsec);
}

function timerOf(task: Task, a: Args): PosixTimer | null { return (task.process.posixTimers.get(a.i32(0)) as PosixTimer | undefined) ?? null; }

export const handlers: Handlers = {
  nanosleep,
  clock_nanosleep: clockNanosleep,
  clock_gettime(k, task, a) {
    const t = readClock(k, task, a.i32(0));
    return typeof t === 'number' ? t : writeLongs(k, task, a.ptr(1), [t.sec, t.nsec]);
  },
  clock_getres(k, task, a) {
    const id = a.i32(0), t = readClock(k, task, id);
    if (typeof t === 'number') return t;
    if (a.ptr(1) === 0) return 0;
    return writeLongs(k, task, a.ptr(1), [0, id === CLOCK_REALTIME_COARSE || id === CLOCK_MONOTONIC_COARSE ? entryOf(k).tickCycles : 1]);
  },
  clock_settime(k, task, a) {
    const id = a.i32(0);
    if (id !== CLOCK_REALTIME) return -EINVAL;
    const ts = readTimespec(k, task, a.ptr(1));
    if (typeof ts === 'number') return ts;
    if (!capable(task, CAP_SYS_TIME)) return -EPERM;
    moveClock(k, ts.sec, ts.nsec);
    return 0;
  },
  gettimeofday(k, task, a) {
    const t = realtime(k);
    if (a.ptr(0) !== 0) {
      const bad = writeLongs(k, task, a.ptr(0), [t.sec, Math.floor(t.nsec / 1000)]);
      if (bad < 0) return bad;
    }
    return a.ptr(1) !== 0 ? putUserU64(k, task, a.ptr(1), 0) : 0;
  },
  settimeofday(k, task, a) {
    const tv = a.ptr(0) === 0 ? null : readLongs(k, task, a.ptr(0), 2);
    if (typeof tv === 'number') return tv;
    const tz = a.ptr(1) === 0 ? null : readLongs(k, task, a.ptr(1), 1);
    if (typeof tz === 'number') return tz;
    if (tv === null) return capable(task, CAP_SYS_TIME) ? 0 : -EPERM;
    if (tv[0]! < 0 || tv[1]! < 0 || tv[1]! >= 1e6) return -EINVAL;
    if (!capable(task, CAP_SYS_TIME)) return -EPERM;
    moveClock(k, tv[0]!, tv[1]! * 1000);
    return 0;
  },
  time(k, task, a) {
    const { sec } = realtime(k);
    if (a.ptr(0) !== 0) { const bad = writeLongs(k, task, a.ptr(0), [sec]); if (bad < 0) return bad; }
    return sec;
  },
  times(k, task, a) {
    const p = task.process, { utime, stime } = processTimes(p);
    if (a.ptr(0) !== 0) {
      const bad = writeLongs(k, task, a.ptr(0), [utime, stime, p.cutime, p.cstime].map((c) => Math.floor(c / 1e7)));
      if (bad < 0) return bad;
    }
    return Math.floor(k.now / 1e7);
  },
  getitimer(k, task, a) {
    const t = itimer(k, task, a.i32(0));
    return typeof t === 'number' ? t : writeLongs(k, task, a.ptr(1), [...usec(t.interval), ...usec(t.left)]);
  },
  setitimer(k, task, a) {
    const which = a.i32(0), p = task.process;
    let v: number[] | number = [0, 0, 0, 0];
    if (a.ptr(1) !== 0) {
      v = readLongs(k, task, a.ptr(1), 4);
      if (typeof v === 'number') return v;
      for (let i = 0; i < 4; i += 2) if (v[i]! < 0 || v[i + 1]! < 0 || v[i + 1]! >= 1e6) return -EINVAL;
    }
    const old = itimer(k, task, which);
    if (typeof old === 'number') return old;
    if (a.ptr(2) !== 0) {
      const bad = prepareUser(k, task, a.ptr(2), 4 * longBytes(task), true);
      if (bad < 0) return bad;
    }
    const interval = v[0]! * 1e9 + v[1]! * 1000, value = v[2]! * 1e9 + v[3]! * 1000;
    if (which === ITIMER_REAL) setRealTimer(k, p, value === 0 ? 0 : k.now + value, value === 0 ? 0 : interval);
    else {
      const { utime, stime } = processTimes(p);
      if (which === ITIMER_VIRTUAL) { p.virtTimer = value === 0 ? 0 : utime + value; p.virtInterval = interval; }
      else { p.profTimer = value === 0 ? 0 : utime + stime + value; p.profInterval = interval; }
    }
    return a.ptr(2) !== 0 ? writeLongs(k, task, a.ptr(2), [...usec(old.interval), ...usec(old.left)]) : 0;
  },
  alarm(k, task, a) {
    const seconds = a.u32(0), old = setRealTimer(k, task.process, seconds === 0 ? 0 : k.now + seconds * 1e9, 0);
    if (old.left === 0) return 0;
    const s = Math.floor(old.left / 1e9), rest = old.left % 1e9;
    return s + (rest >= 5e8 || s === 0 ? 1 : 0);
  },
  adjtimex: (k, task, a) => timex(k, task, a.ptr(0)),
  clock_adjtime: (k, task, a) => (a.i32(0) === CLOCK_REALTIME ? timex(k, task, a.ptr(1)) : -EINVAL),
  timer_create(k, task, a) {
    const clock = a.i32(0), p = task.process;
    if (clock < 0 || clock === CLOCK_PROCESS_CPUTIME_ID || clock === CLOCK_THREAD_CPUTIME_ID || clock === CLOCK_MONOTONIC_RAW || clock === CLOCK_REALTIME_COARSE || clock === CLOCK_MONOTONIC_COARSE || clock > CLOCK_TAI) return -EINVAL;
    const t = new PosixTimer();
    t.clock = clock; t.process = p; t.signo = SIGALRM; t.notify = SIGEV_SIGNAL; t.id = p.nextPosixTimer;
    t.value = t.id;
    if (a.ptr(1) !== 0) {
      const b = copyFromUser(k, task, a.ptr(1), 64);
      if (typeof b === 'number') return b;
      const v = new DataView(b.buffer, b.byteOffset, 64);
      t.value = v.getUint32(0, true) + v.getUint32(4, true) * 4294967296;
      t.signo = v.getInt32(8, true); t.notify = v.getInt32(12, true); t.tid = v.getInt32(16, true);
      if (t.notify !== SIGEV_SIGNAL && t.notify !== SIGEV_NONE && t.notify !== SIGEV_THREAD && t.notify !== SIGEV_THREAD_ID) return -EINVAL;
      if (t.notify === SIGEV_THREAD_ID && !p.threads.some((x) => x.pid === t.tid)) return -EINVAL;
      if (t.notify !== SIGEV_NONE && (t.signo <= 0 || t.signo > 64)) return -EINVAL;
    }
    const bad = putUserU32(k, task, a.ptr(2), t.id);
    if (bad < 0) return bad;
    p.nextPosixTimer++;
    p.posixTimers.set(t.id, t);
    return 0;
  },
  timer_settime(k, task, a) {
    const t = timerOf(task, a), v = readLongs(k, task, a.ptr(2), 4);
    if (typeof v === 'number') return v;
    for (let i = 0; i < 4; i += 2) if (v[i]! < 0 || v[i + 1]! < 0 || v[i + 1]! >= 1e9) return -EINVAL;
    if (!t) return -EINVAL;
    if (a.ptr(3) !== 0) {
      const left = t.deadline === 0 ? 0 : Math.max(1, t.deadline - k.now);
      const bad = writeLongs(k, task, a.ptr(3), [Math.floor(t.interval / 1e9), t.interval % 1e9, Math.floor(left / 1e9), left % 1e9]);
      if (bad < 0) return bad;
    }
    const value = v[2]! * 1e9 + v[3]!, real = t.clock === CLOCK_REALTIME || t.clock === CLOCK_TAI || t.clock === CLOCK_REALTIME_ALARM;
    let deadline = 0;
    if (value !== 0) deadline = (a.i32(1) & TIMER_ABSTIME) === 0 ? k.now + value : Math.max(1, real ? realtimeToCycles(k, v[2]!, v[3]!) : value);
    armPosixTimer(k, t, deadline, v[0]! * 1e9 + v[1]!);
    return 0;
  },
  timer_gettime(k, task, a) {
    const t = timerOf(task, a);
    if (!t) return -EINVAL;
    const left = t.deadline === 0 ? 0 : Math.max(t.notify === SIGEV_NONE ? 0 : 1, t.deadline - k.now);
    return writeLongs(k, task, a.ptr(1), [Math.floor(t.interval / 1e9), t.interval % 1e9, Math.floor(left / 1e9), left % 1e9]);
  },
  timer_getoverrun(_k, task, a) {
    const t = timerOf(task, a);
    return t ? t.lastOverrun : -EINVAL;
  },
  timer_delete(k, task, a) {
    const t = timerOf(task, a);
    if (!t) return -EINVAL;
    armPosixTimer(k, t, 0, 0);
    task.process.posixTimers.delete(t.id);
    return 0;
  },
};
