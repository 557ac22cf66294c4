// Character devices by number: memory devices (mem(4), null(4), random(4)), terminals, kmsg.
import { stateClass } from '../../../base/state.ts';
import { COST } from '../../../clock/costs.ts';
import { randomBytes } from '../../../base/random.ts';
import { EAGAIN, ENOSPC, ENOTTY, ENXIO } from '../../../abi/errno.ts';
import type { Errno, Inode, OpenFile, UserBuffer } from '../../contracts/fs.ts';
import type { Kernel } from '../../contracts/kernel.ts';
import type { Task } from '../../contracts/task.ts';
import { charge } from '../../entry/charge.ts';
import { putUserU32 } from '../../mm/uaccess.ts';
import { openMaster, openTty } from '../../tty/file.ts';
import { controllingTty, ttyOf } from '../../tty/state.ts';
import { PseudoFile, WRITABLE, majorOf, minorOf } from '../pseudo.ts';

const ZEROS = new Uint8Array(65536);
const scratch = new Uint8Array(65536);

/** A device whose position means nothing: seeks succeed (null_lseek, noop). */
abstract class MemFile extends PseudoFile {
  override seek(_k: Kernel, _task: Task, _offset: number, _whence: number): number { return (this.pos = 0); }
  override describe(_k: Kernel): string { return this.path?.dentry.name ?? 'mem'; }
}
stateClass(MemFile as unknown as new () => MemFile, 'MemFile', []);

export class NullFile extends MemFile {
  override read(k: Kernel, _task: Task, _buf: UserBuffer, _pos: number): number { charge(k, COST.fileOp); return 0; }
  override write(k: Kernel, _task: Task, buf: UserBuffer, _pos: number): number { charge(k, COST.fileOp); return buf.length; }
}
stateClass(NullFile, 'NullFile', []);

export class ZeroFile extends MemFile {
  override read(k: Kernel, _task: Task, buf: UserBuffer, _pos: number): number {
    charge(k, COST.fileOp);
    for (let at = 0; at < buf.length; at += ZEROS.length) buf.put(at, ZEROS, 0, Math.min(ZEROS.length, buf.length - at));
    return buf.length;
  }
  override write(k: Kernel, _task: Task, buf: UserBuffer, _pos: number): number { charge(k, COST.fileOp); return buf.length; }
}
stateClass(ZeroFile, 'ZeroFile', []);

export class FullFile extends ZeroFile {
  override write(k: Kernel, _task: Task, _buf: UserBuffer, _pos: number): number { charge(k, COST.fileOp); return -ENOSPC; }
}
stateClass(FullFile, 'FullFile', []);

/** Fills a user buffer from the machine's generator: getrandom, /dev/random, /dev/urandom. */
export function putRandom(k: Kernel, buf: UserBuffer, length: number): number {
  charge(k, COST.fileOp + length);
  for (let at = 0; at < length; at += scratch.length) {
    const n = Math.min(scratch.length, length - at);
    randomBytes(k.random, scratch, 0, n);
    buf.put(at, scratch, 0, n);
  }
  return length;
}
export class RandomFile extends MemFile {
  override read(k: Kernel, _task: Task, buf: UserBuffer, _pos: number): number { return putRandom(k, buf, buf.length); }
  override write(k: Kernel, _task: Task, buf: UserBuffer, _pos: number): number { charge(k, COST.fileOp); return buf.length; }
  override ioctl(k: Kernel, task: Task, cmd: number, argLo: number, argHi: number): number {
    return cmd === 0x80045200 /* RNDGETENTCNT */ ? putUserU32(k, task, argLo + argHi * 4294967296, 256) : -ENOTTY;
  }
}
stateClass(RandomFile, 'RandomFile', []);

/** The kernel log: nothing has been logged; what is written is taken. */
export class KmsgFile extends MemFile {
  override read(_k: Kernel, _task: Task, _buf: UserBuffer, _pos: number): number { return -EAGAIN; }
  override write(k: Kernel, _task: Task, buf: UserBuffer, _pos: number): number { charge(k, COST.fileOp); return buf.length; }
  override poll(_k: Kernel): number { return WRITABLE; }
}
stateClass(KmsgFile, 'KmsgFile', []);

function memDevice(minor: number): MemFile | Errno {
  switch (minor) {
    case 3: return new NullFile();
    case 5: return new ZeroFile();
    case 7: return new FullFile();
    case 8: case 9: return new RandomFile();
    case 11: return new KmsgFile();
    default: return -ENXIO;
  }
}

export function openCharDevice(k: Kernel, inode: Inode, flags: number, task: Task): OpenFile | Errno {
  const major = majorOf(inode.rdev), minor = minorOf(inode.rdev);
  if (major === 1) {
    const f = memDevice(minor);
    if (typeof f === 'number') return f;
    f.inode = inode; f.flags = flags;
    return f;
  }
  if (major === 5) {
    if (minor === 0) {
      const t = controllingTty(task.process);
      return t ? openTty(k, t, inode, flags | 0o400 /* O_NOCTTY */, task) : -ENXIO;
    }
    if (minor === 1) { const t = ttyOf(k).console; return t ? openTty(k, t, inode, flags | 0o400, task) : -ENXIO; }
    if (minor === 2) return openMaster(k, inode, flags, task);
    return -ENXIO;
  }
  if (major === 136) {
    const t = ttyOf(k).ttys.get(minor);
    return t ? openTty(k, t, inode, flags, task) : -ENXIO;
  }
  return -ENXIO;
}
