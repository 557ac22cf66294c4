// How strace prints the structures of the kernel/user ABI: bytes in, text out.
import * as L from '../ioctls.ts';
import * as N from '../socket.ts';
import * as O from '../open-flags.ts';
import { BUS_NAMES, CLD_NAMES, FPE_NAMES, ILL_NAMES, POLL_CODE_NAMES, SA_NAMES, SEGV_NAMES, SI_NAMES, SS_NAMES, TRAP_NAMES, signalName } from '../signals.ts';
import { CAP_NAMES, CAP_VERSION_NAMES } from '../prctl.ts';
import { EPOLL_NAMES, POLL_NAMES } from '../poll-flags.ts';
import { SIGEV_NAMES } from '../clock-ids.ts';
import { SEMOP_NAMES } from '../ipc-flags.ts';
import { USER_REGS } from '../ptrace.ts';
import { STRUCT_SIZE } from '../structs.ts';
import { nameOf } from '../names.ts';
import { Reader, escapeBytes, flags, hex, list, octal, oneOf, quotedString, timeText } from './text.ts';
import type { DecodeOptions } from './text.ts';

export const fileMode = (mode: number): string => {
  const type = mode & O.S_IFMT;
  const name = type ? nameOf(O.FILE_TYPE_NAMES, type) ?? hex(type) : '';
  const bits = [name, mode & O.S_ISUID ? 'S_ISUID' : '', mode & O.S_ISGID ? 'S_ISGID' : '', mode & O.S_ISVTX ? 'S_ISVTX' : ''].filter(Boolean);
  return [...bits, octal(mode & 0o777)].join('|');
};
export const device = (lo: number, hi: number): string => {
  const major = ((lo >>> 8) & 0xfff) | (hi & ~0xfff), minor = ((lo & 0xff) | ((lo >>> 12) & ~0xff)) >>> 0;
  return `makedev(${hex(major)}, ${hex(minor)})`;
};

export function sigset(lo: number, hi: number): string {
  let count = 0;
  for (let i = 0; i < 64; i++) if ((i < 32 ? lo >>> i : hi >>> (i - 32)) & 1) count++;
  const invert = count >= 64 * 2 / 3;
  const names: string[] = [];
  for (let i = 0; i < 64; i++) if ((((i < 32 ? lo >>> i : hi >>> (i - 32)) & 1) === 1) !== invert) names.push(signalName(i + 1).replace(/^SIG/, ''));
  return `${invert ? '~' : ''}[${names.join(' ')}]`;
}

const timespec = (r: Reader, at = 0): string => `{tv_sec=${r.dec(at)}, tv_nsec=${r.dec(at + 8)}}`;
const timeval = (r: Reader, at = 0): string => `{tv_sec=${r.dec(at)}, tv_usec=${r.dec(at + 8)}}`;
const comment = (t: string): string => (t ? ` /* ${t} */` : '');

function stat(r: Reader, o: DecodeOptions): string {
  const mode = r.u32(24), type = mode & O.S_IFMT;
  const f: string[] = [];
  if (o.verbose) f.push(`st_dev=${device(r.u32(0), r.u32(4))}`, `st_ino=${r.udec(8)}`);
  f.push(`st_mode=${fileMode(mode)}`);
  if (o.verbose) f.push(`st_nlink=${r.udec(16)}`, `st_uid=${r.u32(28)}`, `st_gid=${r.u32(32)}`, `st_blksize=${r.udec(56)}`, `st_blocks=${r.udec(64)}`);
  f.push(type === O.S_IFCHR || type === O.S_IFBLK ? `st_rdev=${device(r.u32(40), r.u32(44))}` : `st_size=${r.udec(48)}`);
  if (o.verbose) for (const [name, at] of [['atime', 72], ['mtime', 88], ['ctime', 104]] as const) f.push(`st_${name}=${r.dec(at)}${comment(timeText(r.num(at), r.num(at + 8)))}`, `st_${name}_nsec=${r.udec(at + 8)}`);
  else f.push('...');
  return `{${f.join(', ')}}`;
}
const STATX_MASKS = [[O.STATX_ALL, 'STATX_ALL'], [O.STATX_BASIC_STATS, 'STATX_BASIC_STATS'], ...O.STATX_MASK_NAMES] as const;
function statx(r: Reader, o: DecodeOptions): string {
  const v = o.verbose, f: string[] = [`stx_mask=${flags(STATX_MASKS, r.u32(0), 'STATX_???')}`];
  if (v) f.push(`stx_blksize=${r.u32(4)}`);
  f.push(`stx_attributes=${flags(O.STATX_ATTR_NAMES, r.u32(8), 'STATX_ATTR_???')}`);
  if (v) f.push(`stx_nlink=${r.u32(16)}`, `stx_uid=${r.u32(20)}`, `stx_gid=${r.u32(24)}`);
  f.push(`stx_mode=${fileMode(r.u16(28))}`);
  if (v) f.push(`stx_ino=${r.udec(32)}`);
  f.push(`stx_size=${r.udec(40)}`);
  if (!v) return `{${f.join(', ')}, ...}`;
  f.push(`stx_blocks=${r.udec(48)}`, `stx_attributes_mask=${flags(O.STATX_ATTR_NAMES, r.u32(56), 'STATX_ATTR_???')}`);
  for (const [n, at] of [['atime', 64], ['btime', 80], ['ctime', 96], ['mtime', 112]] as const) f.push(`stx_${n}={tv_sec=${r.dec(at)}, tv_nsec=${r.u32(at + 8)}}${comment(timeText(r.num(at), r.u32(at + 8)))}`);
  f.push(`stx_rdev_major=${r.u32(128)}`, `stx_rdev_minor=${r.u32(132)}`, `stx_dev_major=${r.u32(136)}`, `stx_dev_minor=${r.u32(140)}`);
  return `{${f.join(', ')}}`;
}
function statfs(r: Reader): string {
  const magic = r.u32(0) === 0xef53 ? 'EXT2_SUPER_MAGIC' : oneOf(O.FS_MAGIC_NAMES, r.u32(0), '');
  return `{f_type=${magic}, f_bsize=${r.udec(8)}, f_blocks=${r.udec(16)}, f_bfree=${r.udec(24)}, f_bavail=${r.udec(32)}, f_files=${r.udec(40)}, f_ffree=${r.udec(48)}, `
    + `f_fsid={val=[${hex(r.u32(56))}, ${hex(r.u32(60))}]}, f_namelen=${r.udec(64)}, f_frsize=${r.udec(72)}, f_flags=${flags(O.STATFS_FLAG_NAMES, r.u32(80), 'ST_???')}}`;
}

export function siginfo(r: Reader, o: DecodeOptions): string {
  const signo = r.i32(0), errno = r.i32(4), code = r.i32(8);
  const byName: Record<number, readonly (readonly [number, string])[]> = { 4: ILL_NAMES, 5: TRAP_NAMES, 7: BUS_NAMES, 8: FPE_NAMES, 11: SEGV_NAMES, 17: CLD_NAMES, 29: POLL_CODE_NAMES };
  const codeName = nameOf(SI_NAMES, code) ?? (byName[signo] ? nameOf(byName[signo]!, code) : undefined) ?? (code < 0 ? String(code) : hex(code));
  const f = [`si_signo=${signalName(signo)}`, `si_code=${codeName}`];
  if (errno) f.push(`si_errno=${errno}`);
  const ticks = (at: number): string => { const n = r.num(at); return `${r.dec(at)}${n ? ` /* ${(n / 100).toFixed(2).replace(/0+$/, '').replace(/\.$/, '')} s */` : ''}`; };
  if (code === 0 || code === -6) f.push(`si_pid=${r.i32(16)}`, `si_uid=${r.u32(20)}`);
  else if (code === -2) f.push(`si_timerid=${hex(r.u32(16))}`, `si_overrun=${r.i32(20)}`, ...value(r, true));
  else if (code < 0) f.push(`si_pid=${r.i32(16)}`, `si_uid=${r.u32(20)}`, ...(code === -1 || code === -3 || code === -4 ? value(r) : []));
  else if (code === 0x80) { /* SI_KERNEL: nothing more, but a fault's address */ if (signo === 11 || signo === 7 || signo === 4 || signo === 8) f.push(`si_addr=${r.ptr(16)}`); }
  else if (signo === 17) f.push(`si_pid=${r.i32(16)}`, `si_uid=${r.u32(20)}`, `si_status=${code === 1 ? r.i32(24) : signalName(r.i32(24))}`, `si_utime=${ticks(32)}`, `si_stime=${ticks(40)}`);
  else if (signo === 4 || signo === 8 || signo === 11 || signo === 7 || signo === 5) f.push(`si_addr=${r.ptr(16)}`);
  else if (signo === 29) f.push(`si_band=${r.dec(16)}`, `si_fd=${r.i32(24)}`);
  else if (signo === 31) f.push(`si_call_addr=${r.ptr(16)}`, `si_syscall=${r.i32(24)}`, `si_arch=${hex(r.u32(28))}`);
  void o;
  return `{${f.join(', ')}}`;
}
const value = (r: Reader, always = false): string[] => (always || r.u32(24) || r.u32(28) ? [`si_int=${r.i32(24)}`, `si_ptr=${r.ptr(24)}`] : []);

export function sockaddr(b: Uint8Array, o: DecodeOptions): string {
  const r = new Reader(b);
  if (b.length < 2) return quotedString(b, o);
  const family = r.u16(0), name = oneOf(N.AF_NAMES, family, 'AF_???');
  if (family === N.AF_UNIX) {
    if (b.length === 2) return `{sa_family=${name}}`;
    const path = b.subarray(2);
    if (path[0] === 0) return `{sa_family=${name}, sun_path=@"${escapeBytes(path.subarray(1), path.length - 1, o.hex)}"}`;
    const nul = path.indexOf(0);
    return `{sa_family=${name}, sun_path="${escapeBytes(path, nul < 0 ? path.length : nul, o.hex)}"}`;
  }
  if (family === N.AF_INET && b.length >= 8) return `{sa_family=${name}, sin_port=htons(${r.u16be(2)}), sin_addr=inet_addr("${[...b.subarray(4, 8)].join('.')}")}`;
  if (family === N.AF_INET6 && b.length >= 24) return `{sa_family=${name}, sin6_port=htons(${r.u16be(2)}), sin6_flowinfo=htonl(${r.view.getUint32(4, false)}), inet_pton(AF_INET6, "${inet6(b.subarray(8, 24))}", &sin6_addr), sin6_scope_id=${b.length >= 28 ? r.u32(24) : 0}}`;
  if (family === N.AF_NETLINK && b.length >= 12) return `{sa_family=${name}, nl_pid=${r.i32(4)}, nl_groups=${r.u32(8).toString(16).padStart(8, '0')}}`;
  return `{sa_family=${name}, sa_data="${escapeBytes(b.subarray(2), b.length - 2, o.hex)}"}`;
}
function inet6(b: Uint8Array): string {
  const w = Array.from({ length: 8 }, (_, i) => (b[i * 2]! << 8) | b[i * 2 + 1]!);
  let best = -1, bestLength = 1;
  for (let i = 0; i < 8; i++) { let n = 0; while (i + n < 8 && w[i + n] === 0) n++; if (n > bestLength) { best = i; bestLength = n; } }
  const part = (from: number, to: number): string => w.slice(from, to).map((x) => x.toString(16)).join(':');
  // inet_ntop writes the last 32 bits as of IPv4 where they are all that there is, or behind ffff
  if (best === 0 && (bestLength === 6 || (bestLength === 5 && w[5] === 0xffff))) return `::${bestLength === 5 ? 'ffff:' : ''}${[...b.subarray(12, 16)].join('.')}`;
  return best < 0 ? part(0, 8) : `${part(0, best)}::${part(best + bestLength, 8)}`;
}

export function termios(r: Reader, o: DecodeOptions): string {
  const cflag = r.u32(8), oflag = r.u32(4);
  const delays = [['NL', L.NLDLY, 8], ['CR', L.CRDLY, 9], ['TAB', L.TABDLY, 11], ['BS', L.BSDLY, 13], ['VT', L.VTDLY, 14], ['FF', L.FFDLY, 15]] as const;
  const of = [...delays.map(([n, mask, shift]) => { const v = (oflag & mask) >> shift; return n === 'TAB' && v === 3 ? 'XTABS' : `${n}${v}`; })];
  const rest = oflag & ~delays.reduce((m, d) => m | d[1], 0);
  if (rest) of.push(flags(L.C_OFLAG_NAMES, rest, ''));
  const cf = [nameOf(L.BAUD_NAMES, cflag & L.CBAUD) ?? hex(cflag & L.CBAUD), nameOf(L.CSIZE_NAMES, cflag & L.CSIZE) ?? ''];
  const crest = cflag & ~(L.CBAUD | L.CSIZE);
  if (crest) cf.push(flags(L.C_CFLAG_NAMES, crest, ''));
  const f = [`c_iflag=${flags(L.C_IFLAG_NAMES, r.u32(0), '')}`, `c_oflag=${of.join('|')}`, `c_cflag=${cf.join('|')}`, `c_lflag=${flags(L.C_LFLAG_NAMES, r.u32(12), '')}`];
  if (!o.verbose) return `{${f.join(', ')}, ...}`;
  f.push(`c_line=${r.u8(16) === 0 ? 'N_TTY' : hex(r.u8(16))}`);
  if (r.u32(12) & L.ICANON) { /* VMIN and VTIME share the array but have no meaning here; strace names all */ }
  const cc = r.bytes.subarray(17, 36);
  f.push(`c_cc=[${[...cc].map((x, i) => { const n = nameOf(L.C_CC_NAMES, i); return n ? `[${n}]=${hex(x)}` : `[${i}]=${hex(x)}`; }).join(', ')}]`);
  return `{${f.join(', ')}}`;
}

const caps = (lo: number, hi: number): string => {
  const names: string[] = [];
  for (let i = 0; i < 64; i++) if ((i < 32 ? lo >>> i : hi >>> (i - 32)) & 1) names.push(`1<<${nameOf(CAP_NAMES, i) ?? i}`);
  return names.length ? names.join('|') : '0';
};
export const rlim = (r: Reader, at: number, infinity: string): string => {
  const hi = r.u32(at + 4), lo = r.u32(at);
  if (hi === 0xffffffff && lo === 0xffffffff) return infinity;
  const n = r.num(at);
  return n > 1024 && n % 1024 === 0 ? `${n / 1024}*1024` : r.udec(at);
};
function cstring(r: Reader, at: number, size: number, o: DecodeOptions): string { return quotedString(r.bytes.subarray(at, at + size), o, o.verbose ? size : o.stringMax); }

/** struct ipc64_perm; what IPC_SET may change is its beginning. */
export const ipcOwned = (r: Reader): string => `uid=${r.u32(4)}, gid=${r.u32(8)}, mode=${octal(r.u32(20))}`;
const ipcPerm = (r: Reader): string => `{${ipcOwned(r)}, key=${hex(r.u32(0))}, cuid=${r.u32(12)}, cgid=${r.u32(16)}}`;

/** Structures that print the same wherever they appear. */
export const PRINT: Readonly<Record<string, (r: Reader, o: DecodeOptions) => string>> = {
  stat, statx, statfs, siginfo, termios,
  timespec: (r) => timespec(r), timeval: (r) => timeval(r),
  timezone: (r) => `{tz_minuteswest=${r.i32(0)}, tz_dsttime=${r.i32(4)}}`,
  itimerval: (r) => `{it_interval=${timeval(r)}, it_value=${timeval(r, 16)}}`,
  itimerspec: (r) => `{it_interval=${timespec(r)}, it_value=${timespec(r, 16)}}`,
  utimbuf: (r) => `{actime=${r.dec(0)}${comment(timeText(r.num(0), 0))}, modtime=${r.dec(8)}${comment(timeText(r.num(8), 0))}}`,
  sigset: (r) => sigset(r.u32(0), r.u32(4)),
  sigaction: (r) => {
    const h = r.num(0), fl = r.u32(8);
    const handler = h === 0 ? 'SIG_DFL' : h === 1 ? 'SIG_IGN' : r.hex(0);
    return `{sa_handler=${handler}, sa_mask=${sigset(r.u32(24), r.u32(28))}, sa_flags=${flags(SA_NAMES, fl, 'SA_???')}${r.u32(12) ? `|0x${r.u32(12).toString(16)}00000000` : ''}${fl & 0x04000000 ? `, sa_restorer=${r.ptr(16)}` : ''}}`;
  },
  stack: (r) => (r.u32(8) === 2 ? `{ss_sp=${r.ptr(0)}, ss_flags=SS_DISABLE, ss_size=${r.udec(16)}}` : `{ss_sp=${r.ptr(0)}, ss_flags=${flags(SS_NAMES, r.u32(8), 'SS_???')}, ss_size=${r.udec(16)}}`),
  rusage: (r, o) => {
    const head = `ru_utime=${timeval(r)}, ru_stime=${timeval(r, 16)}`;
    if (!o.verbose) return `{${head}, ...}`;
    const names = ['maxrss', 'ixrss', 'idrss', 'isrss', 'minflt', 'majflt', 'nswap', 'inblock', 'oublock', 'msgsnd', 'msgrcv', 'nsignals', 'nvcsw', 'nivcsw'];
    return `{${head}, ${names.map((n, i) => `ru_${n}=${r.udec(32 + i * 8)}`).join(', ')}}`;
  },
  rlimit: (r) => `{rlim_cur=${rlim(r, 0, 'RLIM_INFINITY')}, rlim_max=${rlim(r, 8, 'RLIM_INFINITY')}}`,
  rlimit64: (r) => `{rlim_cur=${rlim(r, 0, 'RLIM64_INFINITY')}, rlim_max=${rlim(r, 8, 'RLIM64_INFINITY')}}`,
  utsname: (r, o) => {
    const field = (n: string, i: number): string => `${n}=${cstring(r, i * 65, 65, o)}`;
    if (!o.verbose) return `{${field('sysname', 0)}, ${field('nodename', 1)}, ...}`;
    return `{${['sysname', 'nodename', 'release', 'version', 'machine', 'domainname'].map(field).join(', ')}}`;
  },
  sysinfo: (r) => `{uptime=${r.dec(0)}, loads=[${r.udec(8)}, ${r.udec(16)}, ${r.udec(24)}], totalram=${r.udec(32)}, freeram=${r.udec(40)}, sharedram=${r.udec(48)}, bufferram=${r.udec(56)}, `
    + `totalswap=${r.udec(64)}, freeswap=${r.udec(72)}, procs=${r.u16(80)}, totalhigh=${r.udec(88)}, freehigh=${r.udec(96)}, mem_unit=${r.u32(104)}}`,
  tms: (r) => `{tms_utime=${r.dec(0)}, tms_stime=${r.dec(8)}, tms_cutime=${r.dec(16)}, tms_cstime=${r.dec(24)}}`,
  epoll_event: (r) => `{events=${flags(EPOLL_NAMES, r.u32(0), 'EPOLL???')}, data={u32=${r.u32(4)}, u64=${r.udec(4)}}}`,
  pollfd: (r, o) => `{fd=${r.i32(0)}${r.i32(0) >= 0 ? `${o.fdName?.(r.i32(0)) ?? ''}, events=${flags(POLL_NAMES, r.u16(4), 'POLL???')}` : ''}}`,
  flock: (r) => `{l_type=${oneOf(O.LOCK_TYPE_NAMES, r.u16(0), 'F_???')}, l_whence=${oneOf(O.SEEK_NAMES, r.u16(2), 'SEEK_???')}, l_start=${r.dec(8)}, l_len=${r.dec(16)}}`,
  flockpid: (r) => `{l_type=${oneOf(O.LOCK_TYPE_NAMES, r.u16(0), 'F_???')}, l_whence=${oneOf(O.SEEK_NAMES, r.u16(2), 'SEEK_???')}, l_start=${r.dec(8)}, l_len=${r.dec(16)}, l_pid=${r.i32(24)}}`,
  f_owner_ex: (r) => `{type=${oneOf(O.OWNER_TYPE_NAMES, r.u32(0), 'F_OWNER_???')}, pid=${r.i32(4)}}`,
  winsize: (r) => `{ws_row=${r.u16(0)}, ws_col=${r.u16(2)}, ws_xpixel=${r.u16(4)}, ws_ypixel=${r.u16(6)}}`,
  caphdr: (r) => `{version=${oneOf(CAP_VERSION_NAMES, r.u32(0), '_LINUX_CAPABILITY_VERSION_???')}, pid=${r.i32(4)}}`,
  capdata: (r) => `{effective=${caps(r.u32(0), r.u32(12))}, permitted=${caps(r.u32(4), r.u32(16))}, inheritable=${caps(r.u32(8), r.u32(20))}}`,
  sigevent: (r) => {
    const notify = r.i32(12), head = r.u32(0) || r.u32(4) ? `sigev_value={sival_int=${r.i32(0)}, sival_ptr=${r.ptr(0)}}, ` : '';
    return `{${head}sigev_signo=${signalName(r.i32(8))}, sigev_notify=${oneOf(SIGEV_NAMES, notify, 'SIGEV_???')}${notify === 4 ? `, sigev_notify_thread_id=${r.i32(16)}` : ''}}`;
  },
  sembuf: (r) => `{sem_num=${r.u16(0)}, sem_op=${r.view.getInt16(2, true)}, sem_flg=${flags(SEMOP_NAMES, r.u16(4), 'SEM_???')}}`,
  semid_ds: (r) => `{sem_perm=${ipcPerm(r)}, sem_otime=${r.udec(48)}, sem_ctime=${r.udec(64)}, sem_nsems=${r.udec(80)}}`,
  msqid_ds: (r) => `{msg_perm=${ipcPerm(r)}, msg_stime=${r.udec(48)}, msg_rtime=${r.udec(56)}, msg_ctime=${r.udec(64)}, msg_qnum=${r.udec(80)}, msg_qbytes=${r.udec(88)}, msg_lspid=${r.u32(96)}, msg_lrpid=${r.u32(100)}}`,
  shmid_ds: (r) => `{shm_perm=${ipcPerm(r)}, shm_segsz=${r.udec(48)}, shm_cpid=${r.u32(80)}, shm_lpid=${r.u32(84)}, shm_nattch=${r.udec(88)}, shm_atime=${r.udec(56)}, shm_dtime=${r.udec(64)}, shm_ctime=${r.udec(72)}}`,
  seminfo: (r) => `{${['semmap', 'semmni', 'semmns', 'semmnu', 'semmsl', 'semopm', 'semume', 'semusz', 'semvmx', 'semaem'].map((n, i) => `${n}=${r.i32(i * 4)}`).join(', ')}}`,
  msginfo: (r) => `{${['msgpool', 'msgmap', 'msgmax', 'msgmnb', 'msgmni', 'msgssz', 'msgtql'].map((n, i) => `${n}=${r.i32(i * 4)}`).join(', ')}, msgseg=${r.u16(28)}}`,
  shminfo: (r) => `{${['shmmax', 'shmmin', 'shmmni', 'shmseg', 'shmall'].map((n, i) => `${n}=${r.udec(i * 8)}`).join(', ')}}`,
  shm_info: (r) => `{used_ids=${r.i32(0)}, ${['shm_tot', 'shm_rss', 'shm_swp', 'swap_attempts', 'swap_successes'].map((n, i) => `${n}=${r.udec(8 + i * 8)}`).join(', ')}}`,
  user_regs: (r) => `{${USER_REGS.map((name, i) => `${name}=${r.hex(i * 8)}`).join(', ')}}`,
  user_fpregs: (r, o) => {
    const words = (from: number, n: number): string => list(n, n, o, (i) => hex(r.u32(from + i * 4)));
    return `{cwd=${hex(r.u16(0))}, swd=${hex(r.u16(2))}, ftw=${hex(r.u16(4))}, fop=${hex(r.u16(6))}, rip=${r.hex(8)}, rdp=${r.hex(16)}, mxcsr=${hex(r.u32(24))}, mxcr_mask=${hex(r.u32(28))}, st_space=${words(32, 32)}, xmm_space=${words(160, 64)}, padding=${words(416, 24)}}`;
  },
  open_how: (r) => r.hex(0),
  int: (r) => `[${r.i32(0)}]`, uint: (r) => `[${r.u32(0)}]`, uid: (r) => `[${r.i32(0)}]`, timerid: (r) => `[${r.i32(0)}]`, schedparam: (r) => `[${r.i32(0)}]`,
  ulong: (r) => `[${r.hex(0)}]`, off: (r) => `[${r.dec(0)}]`, socklen: (r) => `[${r.i32(0)}]`,
  fdpair: (r, o) => `[${r.i32(0)}${o.fdName?.(r.i32(0)) ?? ''}, ${r.i32(4)}${o.fdName?.(r.i32(4)) ?? ''}]`,
  schedattr: (r) => `{size=${r.u32(0)}, sched_policy=${['SCHED_OTHER', 'SCHED_FIFO', 'SCHED_RR', 'SCHED_BATCH', 'SCHED_ISO', 'SCHED_IDLE', 'SCHED_DEADLINE'][r.u32(4)] ?? hex(r.u32(4))}, sched_flags=${r.udec(8)}, sched_nice=${r.i32(16)}, sched_priority=${r.u32(20)}, sched_runtime=${r.udec(24)}, sched_deadline=${r.udec(32)}, sched_period=${r.udec(40)}}`,
};

export function printStruct(name: string, bytes: Uint8Array, o: DecodeOptions): string {
  const need = STRUCT_SIZE[name] ?? 0;
  if (bytes.length < Math.min(need, 1)) return '[]';
  return name in PRINT && bytes.length >= need ? PRINT[name]!(new Reader(bytes), o) : `"${escapeBytes(bytes, bytes.length, o.hex)}"`;
}
