// timerfd_create(2): a timer whose expirations are read. CLOCK_REALTIME runs with the virtual clock, so it is never set back.
import { stateClass } from '../../base/state.ts';
import { COST } from '../../clock/costs.ts';
import { EAGAIN, EINVAL, ESPIPE } from '../../abi/errno.ts';
import type { UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Task } from '../contracts/task.ts';
import { BLOCK, ERESTARTSYS, WaitQueue } from '../contracts/wait.ts';
import { charge } from '../entry/charge.ts';
import { waitOn, wakeUp } from '../sched/wait.ts';
import { signalPending } from '../signal/pending.ts';
import { realtime } from '../time/clock.ts';
import { addTimer, cancelTimer, timerHandler } from '../time/timers.ts';
import { O_NONBLOCK, O_RDWR, PseudoFile, READABLE, anonFile } from './pseudo.ts';

export class TimerFile extends PseudoFile {
  override seek(): number { return 0; } // noop_llseek
  clock = 0;
  timer = 0; // id of the armed timer, 0 = none
  deadline = 0; interval = 0; // cycles
  ticks = 0; // not read yet, as of the last expiry taken
  settimeFlags = 0;
  wait = new WaitQueue();
  override read(k: Kernel, task: Task, buf: UserBuffer, pos: number): number {
    if (pos >= 0) return -ESPIPE;
    charge(k, COST.fileOp);
    if (buf.length < 8) return -EINVAL;
    if (this.ticks === 0) {
      if ((this.flags & O_NONBLOCK) !== 0) return -EAGAIN;
      if (signalPending(task)) return -ERESTARTSYS;
      waitOn(k, task, [this.wait], { interruptible: true, wchan: 'timerfd_read' });
      return BLOCK;
    }
    let n = this.ticks;
    this.ticks = 0;
    if (this.interval > 0) {
      if (this.timer !== 0) cancelTimer(k, this.timer);
      if (k.now >= this.deadline) {
        const missed = Math.floor((k.now - this.deadline) / this.interval) + 1;
        n += missed - 1;
        this.deadline += missed * this.interval;
      }
      this.timer = addTimer(k, this.deadline, 'timerfd', this);
    }
    const out = new Uint8Array(8), v = new DataView(out.buffer);
    v.setUint32(0, n >>> 0, true); v.setUint32(4, Math.floor(n / 4294967296), true);
    buf.put(0, out, 0, 8);
    return 8;
  }
  override poll(_k: Kernel): number { return this.ticks > 0 ? READABLE : 0; }
  override pollQueues(): WaitQueue[] { return [this.wait]; }
  override release(k: Kernel): void { if (this.timer !== 0) cancelTimer(k, this.timer); this.timer = 0; }
  override describe(_k: Kernel): string { return 'anon_inode:[timerfd]'; }
}
stateClass(TimerFile, 'TimerFile', ['clock', 'timer', 'deadline', 'interval', 'ticks', 'settimeFlags', 'wait']);

/** The timer stays off after an expiry until the read restarts it (hrtimer_forward on read). */
timerHandler<TimerFile>('timerfd', (k, f) => {
  f.timer = 0;
  f.ticks++;
  wakeUp(k, f.wait);
});

export function createTimerfd(k: Kernel, clock: number, flags: number): TimerFile {
  const f = anonFile(k, new TimerFile(), O_RDWR | (flags & O_NONBLOCK));
  f.clock = clock;
  return f;
}
/** Remaining and interval, ns. */
export function timerfdGet(k: Kernel, f: TimerFile): [value: number, interval: number] {
  if (f.deadline === 0) return [0, f.interval];
  let left = f.deadline - k.now;
  if (left <= 0) {
    if (f.interval === 0) return [0, 0];
    left = f.interval - ((k.now - f.deadline) % f.interval);
  }
  return [Math.max(1, left), f.interval];
}
/** value, interval in ns; absolute values are on the timer's clock. */
export function timerfdSet(k: Kernel, f: TimerFile, flags: number, value: number, interval: number): void {
  if (f.timer !== 0) cancelTimer(k, f.timer);
  f.timer = 0; f.ticks = 0; f.settimeFlags = flags;
  f.interval = interval;
  f.deadline = 0;
  if (value === 0) return;
  if ((flags & 1 /* TFD_TIMER_ABSTIME */) === 0) f.deadline = k.now + value;
  else if (f.clock === 0 || f.clock === 8) {
    const r = realtime(k);
    f.deadline = k.now + (value - (r.sec * 1e9 + r.nsec)); // within 256 ns at present dates
  } else f.deadline = value;
  f.deadline = Math.max(1, f.deadline);
  if (f.deadline < 2 ** 53) f.timer = addTimer(k, Math.max(k.now, f.deadline), 'timerfd', f);
}
