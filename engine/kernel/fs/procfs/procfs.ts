// proc: the root with its processes, /proc/PID, task, fd, fdinfo, ns; and the magic links (proc(5), fs/proc/base.c).
import { stateClass } from '../../../base/state.ts';
import { EACCES, EINVAL, EIO, ENOENT, ESRCH } from '../../../abi/errno.ts';
import type { Errno, Inode, OpenFile, Path, SuperBlock, UserBuffer } from '../../contracts/fs.ts';
import type { Kernel } from '../../contracts/kernel.ts';
import type { Task } from '../../contracts/task.ts';
import { pokeUser } from '../../mm/poke.ts';
import { userBuffer } from '../../mm/uaccess.ts';
import { EpollFile, epollTargets } from '../epoll.ts';
import { EventFile } from '../eventfd.ts';
import { pathString } from '../path.ts';
import { AnonInode, PseudoDirFile, PseudoFile, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, anonPath, anonSuperBlock, makedev, newSuperBlock, stampNow } from '../pseudo.ts';
import { SignalFile } from '../signalfd.ts';
import { GeneratedInode, TextInode, nameIno, topNames } from '../text-tree.ts';
import { TimerFile, timerfdGet } from '../timerfd.ts';
import { hex, hex64, mayInspect } from './format.ts';
import { PID_FILES } from './pid-files.ts';
import './system-files.ts';

const DT_DIR = 4, DT_REG = 8, DT_LNK = 10;
type Listing = { name: string; ino: number; type: number }[];

/** Inode numbers of the initial namespaces (include/linux/proc_ns.h). */
const NAMESPACES: Readonly<Record<string, number>> = { cgroup: 4026531835, ipc: 4026531839, mnt: 4026531841, net: 4026531840, pid: 4026531836, pid_for_children: 4026531836, time: 4026531834, time_for_children: 4026531834, user: 4026531837, uts: 4026531838 };

export class ProcRoot extends TextInode {
  override lookup(k: Kernel, name: string): Inode | Errno {
    if (/^[1-9][0-9]{0,9}$/.test(name)) {
      const t = k.tasks.get(Number(name)), p = k.processes.get(Number(name)) ?? t?.process;
      return p ? pidInode(k, this.sb, p.leader, true, '', S_IFDIR | 0o555) : -ENOENT;
    }
    return super.lookup(k, name);
  }
  override readdir(k: Kernel): Listing {
    const pids = [...k.processes.values()].map((p) => p.pid).sort((a, b) => a - b);
    const fixed = super.readdir(k);
    return [...fixed, ...pids.map((pid) => ({ name: String(pid), ino: nameIno(`pid:${pid}`), type: DT_DIR }))];
  }
}
stateClass(ProcRoot, 'ProcRoot', []);

/** An inode under /proc/PID. `node` is its path there: '', 'stat', 'fd', 'fd/3', 'task', 'ns/mnt' … */
export class PidInode extends GeneratedInode {
  task!: Task;
  group = true;
  node = '';

  private gone(k: Kernel): boolean { return k.tasks.get(this.task.pid) !== this.task && k.processes.get(this.task.process.pid) !== this.task.process; }

  override lookup(k: Kernel, name: string): Inode | Errno {
    if (this.gone(k)) return -ENOENT;
    const t = this.task, make = (mode: number): PidInode => pidInode(k, this.sb, t, this.group, this.node === '' ? name : `${this.node}/${name}`, mode);
    switch (this.node) {
      case '': {
        const f = PID_FILES[name];
        if (f && (this.group || !f.top)) return make(S_IFREG | (f.mode ?? 0o444));
        if (name === 'fd' || name === 'fdinfo') return make(S_IFDIR | (name === 'fd' ? 0o500 : 0o555));
        if (name === 'ns') return make(S_IFDIR | 0o511);
        if (name === 'task') return this.group ? make(S_IFDIR | 0o555) : -ENOENT;
        if (name === 'exe' || name === 'cwd' || name === 'root') return make(S_IFLNK | 0o777);
        if (name === 'mem') return make(S_IFREG | 0o600);
        if (name === 'net') {
          const n = new TextInode();
          n.sb = this.sb; n.tree = 'net'; n.ino = nameIno('net'); n.mode = S_IFDIR | 0o555; n.nlink = 5;
          stampNow(k, n);
          return n;
        }
        return -ENOENT;
      }
      case 'task': {
        const thread = /^[1-9][0-9]*$/.test(name) ? t.process.threads.find((x) => x.pid === Number(name)) : undefined;
        return thread ? pidInode(k, this.sb, thread, false, '', S_IFDIR | 0o555) : -ENOENT;
      }
      case 'fd': case 'fdinfo': {
        if (!mayInspect(k, t)) return -EACCES;
        const file = /^(0|[1-9][0-9]*)$/.test(name) ? t.files?.fds[Number(name)] : undefined;
        if (!file) return -ENOENT;
        if (this.node === 'fdinfo') return make(S_IFREG | 0o444);
        const access = (file.flags & 0o10000000) !== 0 ? 0 : [0o500, 0o300, 0o700, 0o700][file.flags & 3]!;
        const link = make(S_IFLNK | access);
        link.size = 64;
        return link;
      }
      case 'ns': return name in NAMESPACES ? make(S_IFLNK | 0o777) : -ENOENT;
      default: return -ENOENT;
    }
  }

  override readdir(k: Kernel): Listing | Errno {
    if (this.gone(k)) return -ENOENT;
    const t = this.task, ino = (name: string): number => nameIno(`pid:${t.pid}/${this.group ? '' : 't/'}${this.node}/${name}`);
    const row = (name: string, type: number): Listing[number] => ({ name, ino: ino(name), type });
    switch (this.node) {
      case '': {
        const list = [...(this.group ? [row('task', DT_DIR)] : []), row('fd', DT_DIR), row('fdinfo', DT_DIR), row('ns', DT_DIR), row('net', DT_DIR)];
        for (const [name, f] of Object.entries(PID_FILES)) if (this.group || !f.top) list.push(row(name, DT_REG));
        return [...list, row('mem', DT_REG), row('cwd', DT_LNK), row('root', DT_LNK), row('exe', DT_LNK)];
      }
      case 'task': return t.process.threads.map((x) => ({ name: String(x.pid), ino: nameIno(`pid:${x.pid}/t`), type: DT_DIR }));
      case 'fd': case 'fdinfo': {
        if (!mayInspect(k, t)) return -EACCES;
        const list: Listing = [];
        t.files?.fds.forEach((f, fd) => { if (f) list.push(row(String(fd), this.node === 'fd' ? DT_LNK : DT_REG)); });
        return list;
      }
      case 'ns': return Object.keys(NAMESPACES).map((n) => row(n, DT_LNK));
      default: return -ENOENT;
    }
  }

  /** Where the link leads: a path, or −errno. */
  private target(k: Kernel): Path | Errno {
    const t = this.task;
    if (this.gone(k)) return -ENOENT;
    if (!mayInspect(k, t)) return -EACCES;
    switch (this.node) {
      case 'exe': return t.mm?.exe?.path ?? -ENOENT;
      case 'cwd': return t.fs && t.state !== 'Z' ? t.fs.pwd : -ENOENT;
      case 'root': return t.fs && t.state !== 'Z' ? t.fs.root : -ENOENT;
      default:
    }
    if (this.node.startsWith('fd/')) {
      const file = t.files?.fds[Number(this.node.slice(3))];
      if (!file) return -ENOENT;
      return file.path ?? anonPath(file.inode, file.describe(k));
    }
    if (this.node.startsWith('ns/')) {
      const name = this.node.slice(3), n = new NsInode();
      n.sb = anonSuperBlock(k, 'nsfs');
      n.ino = NAMESPACES[name]!;
      n.mode = S_IFREG | 0o444;
      stampNow(k, n);
      return anonPath(n, `${name.replace('_for_children', '')}:[${n.ino}]`);
    }
    return -EINVAL;
  }
  override magicLink(k: Kernel, _task: Task): Path | Errno | null {
    return (this.mode & S_IFMT) === S_IFLNK ? this.target(k) : null;
  }
  override readlink(k: Kernel): string | Errno {
    const p = this.target(k);
    const file = this.node.startsWith('fd/') ? this.task.files?.fds[Number(this.node.slice(3))] : undefined;
    if (file && file.path === null && typeof p !== 'number') return file.describe(k);
    return typeof p === 'number' ? p : pathString(k, k.current, p);
  }

  override generate(k: Kernel): string | Errno {
    if (this.gone(k)) return -ESRCH;
    if (this.node.startsWith('fdinfo/')) return fdinfo(k, this.task, Number(this.node.slice(7)));
    const r = PID_FILES[this.node]?.read;
    return r ? r(k, this.task, this.group) : -EIO;
  }
  override store(k: Kernel, task: Task, text: string): number {
    if (this.gone(k)) return -ESRCH;
    const w = PID_FILES[this.node]?.write;
    return w ? w(k, this.task, text) : super.store(k, task, text);
  }
  override open(k: Kernel, flags: number, task: Task): OpenFile | Errno {
    if ((this.mode & S_IFMT) === S_IFDIR) { const f = new PseudoDirFile(); f.inode = this; f.flags = flags; return f; }
    // What only the owner's equals may see is refused at the open (proc_pid_attr, proc_mem_open).
    if (['maps', 'smaps', 'smaps_rollup', 'environ', 'auxv', 'mem', 'syscall', 'io'].includes(this.node) && !mayInspect(k, this.task)) return -EACCES;
    if (this.node === 'mem') { const f = new MemFile(); f.inode = this; f.flags = flags; f.task = this.task; return f; }
    return super.open(k, flags, task);
  }
}
stateClass(PidInode, 'PidInode', ['task', 'group', 'node']);

export class NsInode extends AnonInode {
  override open(_k: Kernel, flags: number, _task: Task): OpenFile { const f = new NsFile(); f.inode = this; f.flags = flags; return f; }
}
stateClass(NsInode, 'NsInode', []);
export class NsFile extends PseudoFile {
  override describe(_k: Kernel): string { return this.path?.dentry.name ?? 'ns'; }
}
stateClass(NsFile, 'NsFile', []);

/** /proc/PID/mem: the position is the address. */
export class MemFile extends PseudoFile {
  task!: Task;
  private copy(k: Kernel, buf: UserBuffer, pos: number, write: boolean): number {
    const at = pos < 0 ? this.pos : pos;
    if (!this.task.mm) return 0;
    if (write) {
      let done = 0;
      while (done < Math.min(buf.length, 1 << 20)) {
        const bytes = new Uint8Array(Math.min(buf.length - done, 4096 - ((at + done) & 4095)));
        buf.get(done, bytes, 0, bytes.length);
        if (pokeUser(k, this.task, at + done, bytes) < 0) break;
        done += bytes.length;
      }
      return done === 0 && buf.length > 0 ? -EIO : done;
    }
    const user = userBuffer(k, this.task, at, Math.min(buf.length, 1 << 20), false);
    if (typeof user === 'number') return -EIO;
    const bytes = new Uint8Array(user.length);
    user.get(0, bytes, 0, bytes.length); buf.put(0, bytes, 0, bytes.length);
    return bytes.length;
  }
  override read(k: Kernel, _task: Task, buf: UserBuffer, pos: number): number { return this.copy(k, buf, pos, false); }
  override write(k: Kernel, _task: Task, buf: UserBuffer, pos: number): number { return this.copy(k, buf, pos, true); }
  override seek(_k: Kernel, _task: Task, offset: number, whence: number): number {
    const to = whence === 0 ? offset : whence === 1 ? this.pos + offset : NaN;
    return to >= 0 ? (this.pos = to) : -EINVAL;
  }
  override describe(_k: Kernel): string { return `/proc/${this.task.pid}/mem`; }
}
stateClass(MemFile, 'ProcMemFile', ['task']);

function fdinfo(k: Kernel, task: Task, fd: number): string | Errno {
  const f = task.files?.fds[fd];
  if (!f) return -ENOENT;
  const flags = f.flags | (task.files!.cloexec[fd] ? 0o2000000 : 0) | 0o100000;
  let out = `pos:\t${f.pos}\nflags:\t0${flags.toString(8)}\nmnt_id:\t${f.path?.mount.id || 14}\nino:\t${f.inode.ino}\n`;
  if (f instanceof EventFile) out += `eventfd-count: ${f.hi ? hex64(f.lo, f.hi) : hex(f.lo).padStart(16)}\neventfd-id: ${f.inode.ino}\n`;
  else if (f instanceof SignalFile) out += `sigmask:\t${hex64(f.maskLo, f.maskHi)}\n`;
  else if (f instanceof TimerFile) {
    const [v, i] = timerfdGet(k, f), pair = (ns: number): string => `(${Math.floor(ns / 1e9)}, ${ns % 1e9})`;
    out += `clockid: ${f.clock}\nticks: ${f.ticks}\nsettime flags: 0${f.settimeFlags.toString(8)}\nit_value: ${pair(v)}\nit_interval: ${pair(i)}\n`;
  } else if (f instanceof EpollFile) {
    for (const i of epollTargets(f)) out += `tfd: ${String(i.fd).padStart(8)} events: ${hex(i.events >>> 0).padStart(8)} data: ${hex64(i.dataLo, i.dataHi).replace(/^0+(?=.)/, '').padStart(16)}  pos:${i.file.pos} ino:${hex(i.file.inode.ino)} sdev:${hex(i.file.inode.sb.dev)}\n`;
  }
  return out;
}

function pidInode(k: Kernel, sb: SuperBlock, task: Task, group: boolean, node: string, mode: number): PidInode {
  const i = new PidInode();
  i.sb = sb; i.task = task; i.group = group; i.node = node; i.mode = mode;
  i.ino = node === '' ? nameIno(group ? `pid:${task.pid}` : `pid:${task.pid}/t`) : nameIno(`pid:${task.pid}/${group ? '' : 't/'}${node}`);
  // Owned by the process's effective ids unless it is not dumpable; the plain 0555 directories always are (task_dump_owner).
  if (task.dumpable === 1 || mode === (S_IFDIR | 0o555)) { i.uid = task.cred.euid; i.gid = task.cred.egid; }
  if ((mode & S_IFMT) === S_IFDIR) i.nlink = node === '' ? (group ? 9 : 7) : node === 'task' ? 2 + task.process.threads.length : 2;
  stampNow(k, i);
  return i;
}

export function createProcfs(k: Kernel): SuperBlock {
  const root = new ProcRoot();
  root.tree = 'proc';
  root.ino = 1; root.mode = S_IFDIR | 0o555; root.nlink = 2 + topNames(k, 'proc').length;
  stampNow(k, root);
  const sb = newSuperBlock('proc', 0x9fa0, makedev(0, 21), root);
  sb.blockSize = 1024;
  sb.volatile = true;
  return sb;
}
