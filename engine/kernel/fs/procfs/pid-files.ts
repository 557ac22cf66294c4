// Files of /proc/PID and /proc/PID/task/TID (proc(5), fs/proc/array.c and base.c): formats of Linux 6.1.
import { EACCES, EINVAL, EPERM, ESRCH } from '../../../abi/errno.ts';
import { CTX, RSP, Regs } from '../../../machine/hardware.ts';
import type { Kernel } from '../../contracts/kernel.ts';
import type { Task } from '../../contracts/task.ts';
import { byteString, copyFromUser } from '../../mm/uaccess.ts';
import { prioOf } from '../../sched/state.ts';
import { actionOf } from '../../signal/actions.ts';
import { sigBitHi, sigBitLo } from '../../signal/pending.ts';
import { controllingTty } from '../../tty/state.ts';
import { allMounts } from '../mount.ts';
import { pathString } from '../path.ts';
import { makedev } from '../pseudo.ts';
import { cpuList } from '../sysfs/sysfs.ts';
import { STATE_NAMES, escapedComm, hex, hex64, mangle, mayInspect, pad, ppidOf, ticks, usage } from './format.ts';
import { maps, smaps, vmSizes } from './maps.ts';
import { procOf } from './state.ts';

export interface PidNode {
  mode?: number;
  /** group: /proc/PID, false: /proc/PID/task/TID. */
  read?: (k: Kernel, task: Task, group: boolean) => string | number;
  write?: (k: Kernel, task: Task, text: string) => number;
  /** Only under /proc/PID. */
  top?: true;
}

function signalSets(task: Task): { pending: string; shared: string; blocked: string; ignored: string; caught: string; ignLo: number; catchLo: number } {
  let ignLo = 0, ignHi = 0, catchLo = 0, catchHi = 0;
  for (let s = 1; s <= 64; s++) {
    const h = actionOf(task.sighand, s).handler;
    if (h === 1) { ignLo |= sigBitLo(s); ignHi |= sigBitHi(s); } else if (h > 1) { catchLo |= sigBitLo(s); catchHi |= sigBitHi(s); }
  }
  const sh = task.process.shared;
  return { pending: hex64(task.pending.setLo, task.pending.setHi), shared: hex64(sh.setLo, sh.setHi), blocked: hex64(task.blockedLo, task.blockedHi), ignored: hex64(ignLo, ignHi), caught: hex64(catchLo, catchHi), ignLo, catchLo };
}

const flagsOf = (t: Task): number => (t.kthread ? 0x00208040 : 0x00400000);

function stat(k: Kernel, task: Task, group: boolean): string {
  const p = task.process, mm = task.mm, u = usage(task, group), see = mayInspect(k, task), tty = controllingTty(p), s = signalSets(task);
  const prio = prioOf(task) - 100, regs = new Regs(task.context.buffer, task.context.byteOffset);
  const ours = see && mm;
  const childTicks = group ? [ticks(p.cutime), ticks(p.cstime)] : [ticks(p.cutime), ticks(p.cstime)];
  const zombie = task.state === 'Z' || task.state === 'X';
  const fields: (number | string)[] = [
    task.pid, `(${escapedComm(task.comm)})`, task.state, ppidOf(p), p.pgid, p.sid, tty ? makedev(136, tty.index) : 0, tty ? tty.pgrp : -1, flagsOf(task),
    u.minflt, p.cminflt, u.majflt, p.cmajflt, ticks(u.utime), ticks(u.stime), ...childTicks, prio, task.se.nice, zombie ? Math.max(1, p.threads.length) : p.threads.length, 0, ticks(group ? p.startTime : task.startTime),
    mm ? mm.totalVm * 4096 : 0, mm ? mm.rssAnon + mm.rssFile + mm.rssShmem : 0, p.rlimits[5]![0] === Infinity ? '18446744073709551615' : p.rlimits[5]![0],
    mm ? (ours ? mm.startCode : 1) : 0, mm ? (ours ? mm.endCode : 1) : 0, ours ? mm.startStack : 0, see && zombie ? regs.gpr(RSP) : 0, 0,
    task.pending.setLo & 0x7fffffff, task.blockedLo & 0x7fffffff, s.ignLo & 0x7fffffff, s.catchLo & 0x7fffffff,
    see && task.wchan !== '' && task.state !== 'R' ? 1 : 0, 0, 0, p.exitSignal, task.cpu, task.se.rtPriority, task.se.policy, 0, 0, 0,
    ours ? mm.startData : 0, ours ? mm.endData : 0, ours ? mm.brkStart : 0, ours ? mm.argStart : 0, ours ? mm.argEnd : 0, ours ? mm.envStart : 0, ours ? mm.envEnd : 0,
    see && p.exitCode >= 0 ? p.exitCode : 0,
  ];
  return fields.join(' ') + '\n';
}

function status(k: Kernel, task: Task): string {
  const p = task.process, c = task.cred, mm = task.mm, s = signalSets(task), cap = (x: [number, number]): string => hex64(x[0], x[1]);
  const n = k.config.cpus, allowed = n >= 32 ? task.se.cpusAllowed >>> 0 : task.se.cpusAllowed & (2 ** n - 1);
  const list = allowed === (2 ** n - 1) ? cpuList(n) : [...Array(n).keys()].filter((i) => (allowed & (1 << i)) !== 0).join(',');
  let out = `Name:\t${escapedComm(task.comm)}\nUmask:\t${(task.fs?.umask ?? 0o22).toString(8).padStart(4, '0')}\nState:\t${STATE_NAMES[task.state]}\nTgid:\t${p.pid}\nNgid:\t0\nPid:\t${task.pid}\nPPid:\t${ppidOf(p)}\nTracerPid:\t${task.trace?.tracer.pid ?? 0}\n`
    + `Uid:\t${c.uid}\t${c.euid}\t${c.suid}\t${c.fsuid}\nGid:\t${c.gid}\t${c.egid}\t${c.sgid}\t${c.fsgid}\nFDSize:\t${Math.max(64, 2 ** Math.ceil(Math.log2(Math.max(1, task.files?.fds.length ?? 0))))}\nGroups:\t${c.groups.map((g) => `${g} `).join('')}${c.groups.length ? '' : ' '}\n`
    + `NStgid:\t${p.pid}\nNSpid:\t${task.pid}\nNSpgid:\t${p.pgid}\nNSsid:\t${p.sid}\n`;
  if (mm) {
    const v = vmSizes(mm), row = (name: string, pages: number): string => `${name}:\t${pad(pages * 4, 8)} kB\n`;
    out += row('VmPeak', mm.hiwaterVm) + row('VmSize', mm.totalVm) + row('VmLck', mm.lockedVm) + row('VmPin', 0) + row('VmHWM', mm.hiwaterRss) + row('VmRSS', mm.rssAnon + mm.rssFile + mm.rssShmem)
      + row('RssAnon', mm.rssAnon) + row('RssFile', mm.rssFile) + row('RssShmem', mm.rssShmem) + row('VmData', v.data) + row('VmStk', v.stack) + row('VmExe', v.exe) + row('VmLib', v.lib) + row('VmPTE', mm.pageTables) + row('VmSwap', 0)
      + 'HugetlbPages:\t       0 kB\nCoreDumping:\t0\nTHP_enabled:\t' + Number(!mm.thpDisabled) + '\n';
  }
  const queued = p.shared.queue.length + p.threads.reduce((q, t) => q + t.pending.queue.length, 0);
  return out + `Threads:\t${Math.max(1, p.threads.length)}\nSigQ:\t${queued}/${p.rlimits[11]![0]}\nSigPnd:\t${s.pending}\nShdPnd:\t${s.shared}\nSigBlk:\t${s.blocked}\nSigIgn:\t${s.ignored}\nSigCgt:\t${s.caught}\n`
    + `CapInh:\t${cap(c.capInheritable)}\nCapPrm:\t${cap(c.capPermitted)}\nCapEff:\t${cap(c.capEffective)}\nCapBnd:\t${cap(c.capBounding)}\nCapAmb:\t${cap(c.capAmbient)}\nNoNewPrivs:\t${c.noNewPrivs ? 1 : 0}\nSeccomp:\t0\nSeccomp_filters:\t0\n`
    + `Speculation_Store_Bypass:\tnot vulnerable\nSpeculationIndirectBranch:\tnot affected\nCpus_allowed:\t${hex(allowed >>> 0)}\nCpus_allowed_list:\t${list}\nMems_allowed:\t1\nMems_allowed_list:\t0\n`
    + `voluntary_ctxt_switches:\t${task.nvcsw}\nnonvoluntary_ctxt_switches:\t${task.nivcsw}\n`;
}

function userRange(k: Kernel, task: Task, from: number, to: number, limit = 1 << 20): string {
  if (!task.mm || to <= from) return '';
  const b = copyFromUser(k, task, from, Math.min(limit, to - from));
  return typeof b === 'number' ? '' : byteString(b);
}
/** The argument area; beyond its end when the program has overwritten the last NUL (setproctitle). */
function cmdline(k: Kernel, task: Task): string {
  const mm = task.mm;
  if (!mm) return '';
  const text = userRange(k, task, mm.argStart, mm.argEnd);
  if (text === '' || text.charCodeAt(text.length - 1) === 0) return text;
  const more = text + userRange(k, task, mm.envStart, mm.envEnd), end = more.indexOf('\0');
  return end < 0 ? more : more.slice(0, end);
}

const LIMITS: readonly (readonly [string, string, number])[] = [
  ['Max cpu time', 'seconds', 0], ['Max file size', 'bytes', 1], ['Max data size', 'bytes', 2], ['Max stack size', 'bytes', 3], ['Max core file size', 'bytes', 4], ['Max resident set', 'bytes', 5],
  ['Max processes', 'processes', 6], ['Max open files', 'files', 7], ['Max locked memory', 'bytes', 8], ['Max address space', 'bytes', 9], ['Max file locks', 'locks', 10], ['Max pending signals', 'signals', 11],
  ['Max msgqueue size', 'bytes', 12], ['Max nice priority', '', 13], ['Max realtime priority', '', 14], ['Max realtime timeout', 'us', 15],
];
function limits(_k: Kernel, task: Task): string {
  const v = (n: number): string => (n === Infinity ? 'unlimited' : String(n)).padEnd(20);
  let out = 'Limit                     Soft Limit           Hard Limit           Units     \n';
  for (const [name, unit, i] of LIMITS) { const [soft, hard] = task.process.rlimits[i]!; out += `${name.padEnd(25)} ${v(soft)} ${v(hard)} ${unit === '' ? '' : unit.padEnd(10)}\n`; }
  return out;
}

function io(_k: Kernel, task: Task, group: boolean): string {
  const ts = group ? task.process.threads : [task];
  const sum = (f: (t: Task) => number): number => ts.reduce((n, t) => n + f(t), 0);
  return `rchar: ${sum((t) => t.ioRchar)}\nwchar: ${sum((t) => t.ioWchar)}\nsyscr: ${sum((t) => t.ioSyscr)}\nsyscw: ${sum((t) => t.ioSyscw)}\nread_bytes: ${sum((t) => t.ioReadBytes)}\nwrite_bytes: ${sum((t) => t.ioWriteBytes)}\ncancelled_write_bytes: 0\n`;
}

function sched(_k: Kernel, task: Task): string {
  const se = task.se, row = (name: string, v: string | number): string => `${name.padEnd(45)}:${String(v).padStart(21)}\n`;
  const ms = (ns: number): string => (ns / 1e6).toFixed(6);
  return `${escapedComm(task.comm)} (${task.pid}, #threads: ${task.process.threads.length})\n${'-'.repeat(67)}\n`
    + row('se.exec_start', ms(se.execStart)) + row('se.vruntime', ms(se.vruntime)) + row('se.sum_exec_runtime', ms(se.sumExec)) + row('se.nr_migrations', 0)
    + row('nr_switches', task.nvcsw + task.nivcsw) + row('nr_voluntary_switches', task.nvcsw) + row('nr_involuntary_switches', task.nivcsw)
    + row('se.load.weight', se.weight * 1024) + row('policy', se.policy) + row('prio', prioOf(task)) + row('clock-delta', 0);
}

const mountOptions = (flags: number): string => (flags & 1 ? 'ro' : 'rw') + (flags & 2 ? ',nosuid' : '') + (flags & 4 ? ',nodev' : '') + (flags & 8 ? ',noexec' : '') + (flags & 0x400 ? ',noatime' : ',relatime');
const superOptions = (o: string, readonly: boolean): string => (readonly ? o.replace(/^rw\b/, 'ro') : o);
export function mounts(k: Kernel, task: Task): string {
  let out = '';
  for (const m of allMounts(k)) {
    const at = pathString(k, task.fs ? task : null, { mount: m, dentry: m.root }), rest = superOptions(m.sb.options, m.sb.readonly).replace(/^r[ow],?/, '');
    out += `${mangle(m.sb.source)} ${mangle(at)} ${m.sb.fstype} ${mountOptions(m.flags)}${rest ? ',' + rest : ''} 0 0\n`;
  }
  return out;
}
function mountinfo(k: Kernel, task: Task): string {
  let out = '';
  for (const m of allMounts(k)) {
    const at = pathString(k, task.fs ? task : null, { mount: m, dentry: m.root });
    let root = '';
    for (let d = m.root; d.parent !== null && d !== m.sb.root; d = d.parent) root = `/${d.name}${root}`;
    out += `${m.id} ${m.parent?.id ?? m.id} ${(m.sb.dev >>> 8) & 0xfff}:${(m.sb.dev & 0xff) | ((m.sb.dev >>> 12) & 0xfff00)} ${mangle(root || '/')} ${mangle(at)} ${mountOptions(m.flags)} - ${m.sb.fstype} ${mangle(m.sb.source)} ${superOptions(m.sb.options, m.sb.readonly)}\n`;
  }
  return out;
}

function syscallFile(_k: Kernel, task: Task): string {
  const s = task.syscall, regs = new Regs(task.context.buffer, task.context.byteOffset);
  if (task.state === 'R' || task.onCpu >= 0) return 'running\n';
  const tail = `0x${hex(regs.gpr(RSP))} 0x${hex(regs.num(CTX.rip))}\n`;
  if (s.nr < 0) return `-1 ${tail}`;
  const args = [0, 1, 2, 3, 4, 5].map((i) => `0x${hex(s.args[i * 2]! + s.args[i * 2 + 1]! * 4294967296)}`);
  return `${s.nr} ${args.join(' ')} ${tail}`;
}

const setAdj = (k: Kernel, task: Task, text: string): number => {
  const n = Number(text.trim());
  if (!Number.isInteger(n) || n < -1000 || n > 1000) return -EINVAL;
  const old = procOf(k).oomAdj.get(task.process.pid) ?? 0;
  if (n < old && (k.current.cred.capEffective[0] & (1 << 24)) === 0) return -EACCES;
  procOf(k).oomAdj.set(task.process.pid, n);
  return 0;
};
const accept = (): number => 0;
const need = (k: Kernel, task: Task, make: () => string): string | number => (mayInspect(k, task) ? make() : -EACCES);
const idMap = (k: Kernel): string => { void k; return '         0          0 4294967295\n'; };

export const PID_FILES: Readonly<Record<string, PidNode>> = {
  stat: { read: stat },
  status: { read: status },
  statm: {
    read: (_k, t) => {
      const mm = t.mm;
      if (!mm) return '0 0 0 0 0 0 0\n';
      const v = vmSizes(mm);
      return `${mm.totalVm} ${mm.rssAnon + mm.rssFile + mm.rssShmem} ${mm.rssFile + mm.rssShmem} ${v.exe} 0 ${v.data + v.stack} 0\n`;
    },
  },
  comm: {
    mode: 0o644, read: (_k, t) => t.comm + '\n',
    write: (k, t, s) => { if (k.current.process !== t.process) return -EINVAL; t.comm = s.replace(/\n$/, '').slice(0, 15); return 0; },
  },
  cmdline: { read: (k, t) => cmdline(k, t) },
  environ: { mode: 0o400, read: (k, t) => need(k, t, () => (t.mm ? userRange(k, t, t.mm.envStart, t.mm.envEnd) : '')) },
  auxv: { mode: 0o400, read: (k, t) => need(k, t, () => (t.mm ? byteString(t.mm.auxv) : '')) },
  maps: { read: (k, t) => need(k, t, () => maps(k, t)) },
  smaps: { read: (k, t) => need(k, t, () => smaps(k, t, false)) },
  smaps_rollup: { read: (k, t) => (t.mm ? need(k, t, () => smaps(k, t, true)) : -ESRCH), top: true },
  wchan: { read: (k, t) => (mayInspect(k, t) && t.state !== 'R' && t.wchan !== '' ? t.wchan : '0') },
  stack: { mode: 0o400, read: (_k, t) => (t.state === 'R' ? '' : `[<0>] ${t.wchan || 'schedule'}\n`) },
  syscall: { mode: 0o400, read: (k, t) => need(k, t, () => syscallFile(k, t)) },
  personality: { mode: 0o400, read: (_k, t) => hex(t.personality >>> 0, 8) + '\n' },
  sched: { mode: 0o644, read: sched, write: accept },
  schedstat: { read: (_k, t) => `${t.se.sumExec} ${t.se.waitSum} ${t.se.runCount}\n` },
  limits: { read: limits },
  io: { mode: 0o400, read: (k, t, g) => need(k, t, () => io(k, t, g)) },
  cgroup: { read: () => '0::/\n' },
  cpuset: { read: () => '/\n' },
  loginuid: { mode: 0o644, read: () => '4294967295', write: () => -EPERM },
  sessionid: { read: () => '4294967295' },
  oom_score: { read: (k, t) => `${Math.max(0, Math.min(2000, 666 + (((procOf(k).oomAdj.get(t.process.pid) ?? 0) * 2) / 3 | 0)))}\n` },
  oom_score_adj: { mode: 0o644, read: (k, t) => `${procOf(k).oomAdj.get(t.process.pid) ?? 0}\n`, write: setAdj },
  oom_adj: { mode: 0o644, read: (k, t) => `${Math.trunc(((procOf(k).oomAdj.get(t.process.pid) ?? 0) * 17) / 1000)}\n`, write: accept },
  mountinfo: { read: mountinfo },
  mounts: { read: mounts },
  mountstats: { mode: 0o400, read: (k, t) => allMounts(k).map((m) => `device ${m.sb.source} mounted on ${pathString(k, t.fs ? t : null, { mount: m, dentry: m.root })} with fstype ${m.sb.fstype}\n`).join(''), top: true },
  uid_map: { mode: 0o644, read: idMap, write: () => -EPERM },
  gid_map: { mode: 0o644, read: idMap, write: () => -EPERM },
  projid_map: { mode: 0o644, read: idMap, write: () => -EPERM },
  setgroups: { mode: 0o644, read: () => 'allow\n', write: accept, top: true },
  timerslack_ns: { mode: 0o666, read: (_k, t) => `${t.timerSlackNs}\n`, write: (_k, t, s) => { const n = Number(s.trim()); if (!(n >= 0)) return -EINVAL; t.timerSlackNs = n; return 0; }, top: true },
  coredump_filter: { mode: 0o644, read: () => '00000033\n', write: accept, top: true },
  autogroup: { mode: 0o644, read: (_k, t) => `/autogroup-${t.process.sid} nice 0\n`, write: accept, top: true },
  timers: { read: () => '', top: true },
  clear_refs: { mode: 0o200, write: accept },
};
