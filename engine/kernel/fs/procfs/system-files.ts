// The files of /proc that describe the machine (proc(5)); formats of Linux 6.1. Numbers come from the rooms that own them.
import { msgText } from '../../ipc/msg.ts';
import { semText } from '../../ipc/sem.ts';
import { shmText } from '../../ipc/shm.ts';
import { CPU_MODELS } from '../../../abi/cpu-models.ts';
import { EINVAL } from '../../../abi/errno.ts';
import { nextU32 } from '../../../base/random.ts';
import type { Kernel } from '../../contracts/kernel.ts';
import type { Task } from '../../contracts/task.ts';
import { irqOf } from '../../irq/state.ts';
import { HUGE_FRAMES } from '../../mm/page-alloc.ts';
import { mmOf } from '../../mm/state.ts';
import { buddyInfo, memInfo } from '../../mm/stats.ts';
import { cpuTimes, countTasks, loadAverages } from '../../sched/stats.ts';
import type { CpuTimes } from '../../sched/stats.ts';
import { timeOf } from '../../time/clock.ts';
import { inetTable, unixTable } from '../../net/unix-table.ts';
import { defineTree } from '../text-tree.ts';
import type { TextNode, TextTree } from '../text-tree.ts';
import { kb, pad, ticks } from './format.ts';
import { procOf } from './state.ts';

function meminfo(k: Kernel): string {
  const m = memInfo(k), row = (name: string, pages: number): string => `${(name + ':').padEnd(16)}${kb(pages)} kB\n`;
  const file = m.cached - m.shmem;
  return row('MemTotal', m.total) + row('MemFree', m.free) + row('MemAvailable', m.available) + row('Buffers', 0) + row('Cached', m.cached) + row('SwapCached', 0)
    + row('Active', m.anon + file) + row('Inactive', m.shmem) + row('Active(anon)', m.anon) + row('Inactive(anon)', m.shmem) + row('Active(file)', file) + row('Inactive(file)', 0)
    + row('Unevictable', 0) + row('Mlocked', 0) + row('SwapTotal', 0) + row('SwapFree', 0) + row('Zswap', 0) + row('Zswapped', 0) + row('Dirty', m.dirty) + row('Writeback', 0) + row('AnonPages', m.anon) + row('Mapped', m.mapped) + row('Shmem', m.shmem)
    + row('KReclaimable', 0) + row('Slab', 0) + row('SReclaimable', 0) + row('SUnreclaim', 0) + row('KernelStack', k.tasks.size * 4) + row('PageTables', m.pageTables) + row('SecPageTables', 0) + row('NFS_Unstable', 0) + row('Bounce', 0) + row('WritebackTmp', 0)
    + row('CommitLimit', m.total / 2) + row('Committed_AS', m.committed) + 'VmallocTotal:   34359738367 kB\n' + row('VmallocUsed', 0) + row('VmallocChunk', 0) + row('Percpu', k.config.cpus * 64) + row('HardwareCorrupted', 0)
    + row('AnonHugePages', m.anonHuge) + row('ShmemHugePages', 0) + row('ShmemPmdMapped', 0) + row('FileHugePages', 0) + row('FilePmdMapped', 0)
    + 'HugePages_Total:       0\nHugePages_Free:        0\nHugePages_Rsvd:        0\nHugePages_Surp:        0\nHugepagesize:       2048 kB\nHugetlb:               0 kB\n'
    + row('DirectMap4k', m.total) + row('DirectMap2M', 0) + row('DirectMap1G', 0);
}

function stat(k: Kernel): string {
  const irq = irqOf(k), n = k.config.cpus, sum: CpuTimes = { user: 0, nice: 0, system: 0, idle: 0, iowait: 0, irq: 0, softirq: 0 };
  const line = (c: CpuTimes): string => [c.user, c.nice, c.system, c.idle, c.iowait, c.irq, c.softirq].map(ticks).join(' ') + ' 0 0 0\n';
  let cpus = '';
  for (let i = 0; i < n; i++) {
    const c = cpuTimes(k, i);
    for (const f of Object.keys(sum) as (keyof CpuTimes)[]) sum[f] += c[f];
    cpus += `cpu${i} ${line(c)}`;
  }
  const c = countTasks(k), soft = SOFTIRQS.map((_, s) => irq.soft.reduce((t, row) => t + (row[s] ?? 0), 0));
  return `cpu  ${line(sum)}${cpus}intr ${irq.total}${' 0'.repeat(16)}\nctxt ${k.contextSwitches}\nbtime ${timeOf(k).bootSec}\nprocesses ${k.forks}\nprocs_running ${Math.max(1, c.running)}\nprocs_blocked ${c.blocked}\nsoftirq ${soft.reduce((a, b) => a + b, 0)} ${soft.join(' ')}\n`;
}
const SOFTIRQS = ['HI', 'TIMER', 'NET_TX', 'NET_RX', 'BLOCK', 'IRQ_POLL', 'TASKLET', 'SCHED', 'HRTIMER', 'RCU'];

function interrupts(k: Kernel): string {
  const irq = irqOf(k), n = k.config.cpus, head = '      ' + [...Array(n).keys()].map((i) => pad(`CPU${i}`, 10) + ' ').join('') + '\n';
  const row = (name: string, v: number[], what: string): string => `${pad(name, 3)}: ${v.map((x) => pad(x, 10) + ' ').join('')}  ${what}\n`;
  const zero = Array<number>(n).fill(0);
  return head + row('NMI', zero, 'Non-maskable interrupts') + row('LOC', irq.loc, 'Local timer interrupts') + row('RES', irq.res, 'Rescheduling interrupts') + row('CAL', irq.cal, 'Function call interrupts')
    + row('TLB', zero, 'TLB shootdowns') + 'ERR:          0\nMIS:          0\n';
}
function softirqs(k: Kernel): string {
  const irq = irqOf(k), n = k.config.cpus;
  return '                    ' + [...Array(n).keys()].map((i) => `CPU${i}`.padEnd(10) + ' ').join('') + '\n'
    + SOFTIRQS.map((name, s) => `${pad(name, 12)}:${irq.soft.map((r) => ' ' + pad(r[s] ?? 0, 10)).join('')}\n`).join('');
}

function cpuinfo(k: Kernel): string {
  let out = '';
  const n = k.config.cpus, m = CPU_MODELS[k.config.cpuModel];
  for (let i = 0; i < n; i++) {
    out += `processor\t: ${i}\nvendor_id\t: ${m.vendor}\ncpu family\t: ${m.family}\nmodel\t\t: ${m.model}\nmodel name\t: ${m.brand}\nstepping\t: ${m.stepping}\ncpu MHz\t\t: 1000.000\ncache size\t: 8192 KB\nphysical id\t: 0\nsiblings\t: ${n}\ncore id\t\t: ${i}\ncpu cores\t: ${n}\napicid\t\t: ${i}\ninitial apicid\t: ${i}\n`
      + `fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: ${m.maxLeaf}\nwp\t\t: yes\nflags\t\t: ${m.flags}\nbugs\t\t:\nbogomips\t: 2000.00\nclflush size\t: 64\ncache_alignment\t: 64\naddress sizes\t: 32 bits physical, 48 bits virtual\npower management:\n\n`;
  }
  return out;
}

function loadavg(k: Kernel): string {
  const c = countTasks(k);
  return `${loadAverages(k).map((x) => x.toFixed(2)).join(' ')} ${Math.max(1, c.running)}/${k.tasks.size} ${k.nextPid - 1}\n`;
}
function uptime(k: Kernel): string {
  let idle = 0;
  for (let i = 0; i < k.config.cpus; i++) idle += cpuTimes(k, i).idle;
  const cs = (ns: number): string => `${Math.floor(ns / 1e9)}.${pad(Math.floor((ns % 1e9) / 1e7), 2).replace(' ', '0')}`;
  return `${cs(k.now)} ${cs(idle)}\n`;
}

function faults(k: Kernel): { all: number; major: number } { const s = mmOf(k); return { all: s.pgfault, major: s.pgmajfault }; }
function vmstat(k: Kernel): string {
  const m = memInfo(k), s = mmOf(k), f = faults(k);
  const rows: [string, number][] = [
    ['nr_free_pages', m.free], ['nr_zone_inactive_anon', 0], ['nr_zone_active_anon', m.anon], ['nr_zone_inactive_file', 0], ['nr_zone_active_file', m.cached - m.shmem], ['nr_zone_unevictable', 0], ['nr_zone_write_pending', 0], ['nr_mlock', 0],
    ['nr_inactive_anon', 0], ['nr_active_anon', m.anon], ['nr_inactive_file', 0], ['nr_active_file', m.cached - m.shmem], ['nr_unevictable', 0], ['nr_slab_reclaimable', 0], ['nr_slab_unreclaimable', 0], ['nr_isolated_anon', 0], ['nr_isolated_file', 0],
    ['nr_anon_pages', m.anon], ['nr_mapped', m.mapped], ['nr_file_pages', m.cached], ['nr_dirty', m.dirty], ['nr_writeback', 0], ['nr_shmem', m.shmem], ['nr_kernel_stack', k.tasks.size * 16], ['nr_page_table_pages', m.pageTables], ['nr_swapcached', 0],
    ['nr_dirty_threshold', Math.floor(m.total / 5)], ['nr_dirty_background_threshold', Math.floor(m.total / 10)],
    ['pgpgin', 0], ['pgpgout', 0], ['pswpin', 0], ['pswpout', 0], ['pgalloc_dma', 0], ['pgalloc_dma32', s.pgalloc], ['pgalloc_normal', 0], ['pgfree', s.pgfree], ['pgactivate', 0], ['pgdeactivate', 0],
    ['pgfault', f.all], ['pgmajfault', f.major], ['pgsteal_kswapd', 0], ['pgsteal_direct', s.pgsteal], ['pgscan_kswapd', 0], ['pgscan_direct', s.pgsteal], ['oom_kill', s.oomKills], ['nr_anon_transparent_hugepages', m.anonHuge / HUGE_FRAMES],
    ['thp_fault_alloc', s.thpFaultAlloc], ['thp_fault_fallback', s.thpFaultFallback], ['thp_collapse_alloc', s.thpCollapseAlloc], ['thp_split_pmd', s.thpSplitPmd], ['thp_zero_page_alloc', s.thpZeroPageAlloc],
  ];
  return rows.map(([n, v]) => `${n} ${v}\n`).join('');
}

function buddyinfo(k: Kernel): string { return `Node 0, zone    DMA32 ${buddyInfo(k).map((n) => pad(n, 6) + ' ').join('')}\n`; }
function zoneinfo(k: Kernel): string {
  const m = memInfo(k);
  return `Node 0, zone    DMA32\n  pages free     ${m.free}\n        boost    0\n        min      ${Math.floor(m.total / 256)}\n        low      ${Math.floor(m.total / 200)}\n        high     ${Math.floor(m.total / 170)}\n        spanned  ${m.total}\n        present  ${m.total}\n        managed  ${m.total}\n        cma      0\n        protection: (0, 0, 0, 0)\n`;
}

export function uuid(k: Kernel): string {
  const w = [nextU32(k.random), nextU32(k.random), nextU32(k.random), nextU32(k.random)].map((x) => x.toString(16).padStart(8, '0')).join('').split('');
  w[12] = '4';
  w[16] = '89ab'[parseInt(w[16]!, 16) & 3]!;
  const s = w.join('');
  return `${s.slice(0, 8)}-${s.slice(8, 12)}-${s.slice(12, 16)}-${s.slice(16, 20)}-${s.slice(20)}`;
}

const FILESYSTEMS = ['sysfs', 'tmpfs', 'proc', 'devtmpfs', 'devpts', 'pipefs', 'sockfs', 'hostfs'];

/** Tunables with the values of a fresh Debian system; writable ones keep what root writes. */
const SYSCTL: Readonly<Record<string, string>> = {
  'kernel/cap_last_cap': '40', 'kernel/core_pattern': 'core', 'kernel/core_uses_pid': '0', 'kernel/ctrl-alt-del': '0', 'kernel/dmesg_restrict': '1', 'kernel/domainname': '(none)', 'kernel/hung_task_timeout_secs': '120', 'kernel/kptr_restrict': '0', 'kernel/modules_disabled': '1',
  'kernel/msgmax': '8192', 'kernel/msgmnb': '16384', 'kernel/msgmni': '32000', 'kernel/ngroups_max': '65536', 'kernel/numa_balancing': '0', 'kernel/osrelease': '', 'kernel/ostype': 'Linux', 'kernel/overflowgid': '65534', 'kernel/overflowuid': '65534', 'kernel/panic': '0',
  'kernel/perf_event_paranoid': '3', 'kernel/pid_max': '32768', 'kernel/printk': '4\t4\t1\t7', 'kernel/randomize_va_space': '2', 'kernel/sched_autogroup_enabled': '1', 'kernel/sched_child_runs_first': '0', 'kernel/sched_rr_timeslice_ms': '100', 'kernel/sched_rt_period_us': '1000000', 'kernel/sched_rt_runtime_us': '950000',
  'kernel/sem': '32000\t1024000000\t500\t32000', 'kernel/shm_rmid_forced': '0', 'kernel/shmall': '18446744073692774399', 'kernel/shmmax': '18446744073692774399', 'kernel/shmmni': '4096', 'kernel/sysrq': '438', 'kernel/tainted': '0', 'kernel/threads-max': '4096', 'kernel/unprivileged_bpf_disabled': '2',
  'kernel/keys/maxkeys': '200', 'kernel/pty/max': '4096', 'kernel/random/entropy_avail': '256', 'kernel/random/poolsize': '256', 'kernel/random/urandom_min_reseed_secs': '60', 'kernel/random/write_wakeup_threshold': '256',
  'vm/dirty_background_ratio': '10', 'vm/dirty_expire_centisecs': '3000', 'vm/dirty_ratio': '20', 'vm/dirty_writeback_centisecs': '500', 'vm/drop_caches': '0', 'vm/max_map_count': '65530', 'vm/min_free_kbytes': '8192', 'vm/mmap_min_addr': '65536', 'vm/nr_hugepages': '0',
  'vm/oom_kill_allocating_task': '0', 'vm/overcommit_kbytes': '0', 'vm/overcommit_memory': '0', 'vm/overcommit_ratio': '50', 'vm/panic_on_oom': '0', 'vm/swappiness': '60', 'vm/vfs_cache_pressure': '100', 'vm/zone_reclaim_mode': '0',
  'fs/aio-max-nr': '65536', 'fs/aio-nr': '0', 'fs/dentry-state': '0\t0\t45\t0\t0\t0', 'fs/epoll/max_user_watches': '100000', 'fs/file-max': '9223372036854775807', 'fs/file-nr': '0\t0\t9223372036854775807', 'fs/inode-nr': '0\t0', 'fs/inotify/max_queued_events': '16384',
  'fs/inotify/max_user_instances': '128', 'fs/inotify/max_user_watches': '65536', 'fs/lease-break-time': '45', 'fs/mqueue/msg_max': '10', 'fs/mqueue/msgsize_max': '8192', 'fs/mqueue/queues_max': '256', 'fs/nr_open': '1048576', 'fs/overflowgid': '65534', 'fs/overflowuid': '65534',
  'fs/pipe-max-size': '1048576', 'fs/pipe-user-pages-hard': '0', 'fs/pipe-user-pages-soft': '16384', 'fs/protected_fifos': '1', 'fs/protected_hardlinks': '1', 'fs/protected_regular': '2', 'fs/protected_symlinks': '1', 'fs/suid_dumpable': '0',
  'net/core/rmem_default': '212992', 'net/core/rmem_max': '212992', 'net/core/somaxconn': '4096', 'net/core/wmem_default': '212992', 'net/core/wmem_max': '212992', 'net/ipv4/ip_forward': '0', 'net/ipv4/ip_local_port_range': '32768\t60999', 'net/ipv4/tcp_fin_timeout': '60',
  'net/ipv4/tcp_rmem': '4096\t131072\t6291456', 'net/ipv4/tcp_wmem': '4096\t16384\t4194304', 'net/unix/max_dgram_qlen': '512', 'user/max_user_namespaces': '0',
};
const READ_ONLY = /^kernel\/(cap_last_cap|ngroups_max|osrelease|ostype|tainted|random\/(entropy_avail|poolsize))$|^fs\/(aio-nr|dentry-state|file-nr|inode-nr|overflow)/;

function procTree(): TextTree {
  const t = new Map<string, TextNode>();
  const text = (path: string, read: string | ((k: Kernel) => string), mode = 0o444): void => { t.set(path, { mode, read: typeof read === 'string' ? () => read : read }); };
  t.set('self', { link: (k) => String(k.current.process.pid) });
  t.set('thread-self', { link: (k) => `${k.current.process.pid}/task/${k.current.pid}` });
  t.set('mounts', { link: () => 'self/mounts' });
  t.set('net', { link: () => 'self/net' });
  text('meminfo', meminfo); text('stat', stat); text('interrupts', interrupts); text('softirqs', softirqs); text('cpuinfo', cpuinfo); text('loadavg', loadavg); text('uptime', uptime); text('vmstat', vmstat);
  text('buddyinfo', buddyinfo, 0o400); text('zoneinfo', zoneinfo, 0o400); text('pagetypeinfo', 'Page block order: 9\nPages per block:  512\n', 0o400);
  text('slabinfo', 'slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n', 0o400);
  text('version', (k) => `Linux version ${k.config.release} (ktrace) ${k.config.version}\n`);
  text('cmdline', 'console=hvc0 root=/dev/root\n');
  text('filesystems', FILESYSTEMS.map((f) => `nodev\t${f}\n`).join(''));
  text('devices', 'Character devices:\n  1 mem\n  5 /dev/tty\n  5 /dev/console\n  5 /dev/ptmx\n136 pts\n\nBlock devices:\n');
  text('partitions', 'major minor  #blocks  name\n\n'); text('diskstats', ''); text('swaps', 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n');
  text('cgroups', '#subsys_name\thierarchy\tnum_cgroups\tenabled\n'); text('consoles', 'hvc0                 -W- (EC  p  )  229:0\n'); text('crypto', ''); text('dma', ''); text('execdomains', '0-0\tLinux           \t[kernel]\n');
  text('fb', ''); text('iomem', '', 0o400); text('ioports', '', 0o400); text('kallsyms', ''); text('key-users', ''); text('keys', ''); text('locks', ''); text('misc', ''); text('mtrr', ''); text('schedstat', (k) => schedstat(k)); text('timer_list', '', 0o400); text('tty/drivers', '/dev/tty             /dev/tty        5       0 system:/dev/tty\n/dev/console         /dev/console    5       1 system:console\n/dev/ptmx            /dev/ptmx       5       2 system\npty_slave            /dev/pts      136 0-1048575 pty:slave\npty_master           /dev/ptm      128 0-1048575 pty:master\n');
  for (const f of ['msg', 'sem', 'shm']) text(`sysvipc/${f}`, (k) => SYSVIPC[f]! + { msg: msgText, sem: semText, shm: shmText }[f as 'msg'](k));
  text('sysrq-trigger', '', 0o200);
  for (const [path, value] of Object.entries(SYSCTL)) {
    const ro = READ_ONLY.test(path);
    t.set(`sys/${path}`, {
      mode: ro ? 0o444 : 0o644,
      read: (k) => (path === 'kernel/osrelease' ? k.config.release : procOf(k).sysctl.get(path) ?? value) + '\n',
      ...(ro ? {} : { write: (k: Kernel, _t: Task, s: string) => { const v = s.replace(/\n$/, ''); if (/^-?\d/.test(value) && !/^[-\d\s]+$/.test(v)) return -EINVAL; procOf(k).sysctl.set(path, v); return 0; } }),
    });
  }
  t.set('sys/kernel/hostname', { mode: 0o644, read: (k) => k.config.hostname + '\n', write: (k, _t, s) => { k.config.hostname = s.replace(/\n.*$/s, '').slice(0, 64); return 0; } });
  text('sys/kernel/version', (k) => k.config.version + '\n');
  text('sys/kernel/random/uuid', (k) => uuid(k) + '\n');
  text('sys/kernel/random/boot_id', (k) => (procOf(k).bootId ||= uuid(k)) + '\n');
  text('sys/kernel/arch', 'x86_64\n');
  t.set('bus', {}); t.set('driver', {}); t.set('fs', {}); t.set('irq', {});
  return t;
}
const SYSVIPC: Record<string, string> = {
  msg: '       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n',
  sem: '       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n',
  shm: '       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap\n',
};
function schedstat(k: Kernel): string {
  let out = `version 15\ntimestamp ${Math.floor(k.now / 4e6)}\n`;
  for (let i = 0; i < k.config.cpus; i++) out += `cpu${i} 0 0 0 0 0 0 0 0 0\n`;
  return out;
}
defineTree('proc', procTree);

/** /proc/PID/net: the loopback interface and the sockets. */
function netTree(): TextTree {
  const t = new Map<string, TextNode>(), text = (path: string, read: string | ((k: Kernel) => string)): void => { t.set(path, { read: typeof read === 'string' ? () => read : read }); };
  text('dev', 'Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n');
  text('unix', unixTable);
  const inet = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n';
  const inet6 = '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  text('tcp', (k) => inetTable(k, true, false)); text('udp', (k) => inetTable(k, false, false)); text('raw', inet);
  text('tcp6', (k) => inetTable(k, true, true)); text('udp6', (k) => inetTable(k, false, true)); text('raw6', inet6);
  text('route', 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                                                       \n');
  text('if_inet6', '00000000000000000000000000000001 01 80 10 80       lo\n'); text('ipv6_route', ''); text('arp', 'IP address       HW type     Flags       HW address            Mask     Device\n');
  text('packet', 'sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n'); text('netlink', 'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n');
  text('protocols', ''); text('snmp', ''); text('sockstat', 'sockets: used 0\nTCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0\nUDP: inuse 0 mem 0\nUDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n'); text('igmp', ''); text('dev_mcast', ''); text('psched', '000003e8 00000040 000f4240 3b9aca00\n');
  return t;
}
defineTree('net', netTree);
