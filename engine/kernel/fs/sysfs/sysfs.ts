// sysfs: CPUs, the one NUMA node, the loopback interface and the few knobs that programs ask for (sysfs(5)).
import type { SuperBlock } from '../../contracts/fs.ts';
import type { Kernel } from '../../contracts/kernel.ts';
import { EINVAL } from '../../../abi/errno.ts';
import { PAGES_TO_SCAN } from '../../mm/khugepaged.ts';
import { mmOf } from '../../mm/state.ts';
import { memInfo } from '../../mm/stats.ts';
import { S_IFDIR, makedev, newSuperBlock, stampNow } from '../pseudo.ts';
import { TextInode, defineTree } from '../text-tree.ts';
import type { TextNode, TextTree } from '../text-tree.ts';

/** cpumap format: groups of 32 bits. */
export const cpuMask = (n: number): string => (n >= 32 ? 'ffffffff' : ((2 ** n - 1) >>> 0).toString(16));
export const cpuList = (n: number): string => (n === 1 ? '0' : `0-${n - 1}`);

function nodeMeminfo(k: Kernel): string {
  const m = memInfo(k);
  const row = (name: string, pages: number): string => `Node 0 ${(name + ':').padEnd(15)}${String(pages * 4).padStart(8)} kB\n`;
  return row('MemTotal', m.total) + row('MemFree', m.free) + row('MemUsed', m.total - m.free) + row('Active', m.anon + m.cached) + row('Inactive', 0)
    + row('Dirty', m.dirty) + row('Writeback', 0) + row('FilePages', m.cached) + row('Mapped', m.mapped) + row('AnonPages', m.anon) + row('Shmem', m.shmem)
    + row('PageTables', m.pageTables) + row('Slab', 0);
}

const THP = ['always', 'madvise', 'never'] as const;
function sysTree(k: Kernel): TextTree {
  const t = new Map<string, TextNode>(), n = k.config.cpus;
  const text = (path: string, s: string | ((k: Kernel) => string), mode?: number): void => { t.set(path, { read: typeof s === 'string' ? () => s : s, ...(mode === undefined ? {} : { mode }) }); };
  const list = cpuList(n) + '\n', mask = cpuMask(n) + '\n';
  const cpu = 'devices/system/cpu';
  for (const f of ['online', 'possible', 'present']) text(`${cpu}/${f}`, list);
  text(`${cpu}/offline`, '\n');
  text(`${cpu}/isolated`, '\n');
  text(`${cpu}/kernel_max`, '8191\n');
  text(`${cpu}/smt/active`, '0\n');
  text(`${cpu}/smt/control`, 'notsupported\n');
  for (const v of ['itlb_multihit', 'l1tf', 'mds', 'meltdown', 'mmio_stale_data', 'retbleed', 'spec_store_bypass', 'spectre_v1', 'spectre_v2', 'srbds', 'tsx_async_abort']) text(`${cpu}/vulnerabilities/${v}`, 'Not affected\n');
  for (let i = 0; i < n; i++) {
    const c = `${cpu}/cpu${i}`, own = cpuMaskOf(i) + '\n';
    text(`${c}/topology/core_id`, `${i}\n`);
    text(`${c}/topology/physical_package_id`, '0\n');
    text(`${c}/topology/die_id`, '0\n');
    for (const f of ['core_siblings', 'package_cpus', 'die_cpus']) text(`${c}/topology/${f}`, mask);
    for (const f of ['core_siblings_list', 'package_cpus_list', 'die_cpus_list']) text(`${c}/topology/${f}`, list);
    for (const f of ['thread_siblings', 'core_cpus']) text(`${c}/topology/${f}`, own);
    for (const f of ['thread_siblings_list', 'core_cpus_list']) text(`${c}/topology/${f}`, `${i}\n`);
    if (i > 0) text(`${c}/online`, '1\n', 0o644);
    t.set(`${c}/node0`, { link: () => '../../node/node0' });
  }
  const node = 'devices/system/node';
  for (const f of ['online', 'possible', 'has_cpu', 'has_memory', 'has_normal_memory']) text(`${node}/${f}`, '0\n');
  text(`${node}/node0/cpulist`, list);
  text(`${node}/node0/cpumap`, mask);
  text(`${node}/node0/distance`, '10\n');
  text(`${node}/node0/meminfo`, nodeMeminfo);
  text(`${node}/node0/numastat`, 'numa_hit 0\nnuma_miss 0\nnuma_foreign 0\ninterleave_hit 0\nlocal_node 0\nother_node 0\n');
  for (let i = 0; i < n; i++) t.set(`${node}/node0/cpu${i}`, { link: () => `../../cpu/cpu${i}` });
  text('devices/system/clocksource/clocksource0/current_clocksource', 'tsc\n', 0o644);
  text('devices/system/clocksource/clocksource0/available_clocksource', 'tsc\n');
  const thp = 'kernel/mm/transparent_hugepage';
  t.set(`${thp}/enabled`, { mode: 0o644, read: (k) => THP.map((w) => (w === mmOf(k).thp ? `[${w}]` : w)).join(' ') + '\n', write: (k, _t, s) => {
    const word = THP.find((w) => w === s.trim());
    if (word === undefined) return -EINVAL;
    mmOf(k).thp = word;
    return 0;
  } });
  text(`${thp}/defrag`, 'always defer defer+madvise [madvise] never\n', 0o644);
  text(`${thp}/hpage_pmd_size`, '2097152\n');
  text(`${thp}/use_zero_page`, '1\n', 0o644);
  text(`${thp}/shmem_enabled`, 'always within_size advise [never] deny force\n', 0o644);
  const khugepaged: Record<string, number> = { alloc_sleep_millisecs: 60000, defrag: 1, max_ptes_none: 511, max_ptes_shared: 256, max_ptes_swap: 64, pages_to_scan: PAGES_TO_SCAN, scan_sleep_millisecs: 10000 };
  for (const [f, v] of Object.entries(khugepaged)) text(`${thp}/khugepaged/${f}`, `${v}\n`, 0o644);
  text(`${thp}/khugepaged/full_scans`, (k) => `${mmOf(k).fullScans}\n`);
  text(`${thp}/khugepaged/pages_collapsed`, (k) => `${mmOf(k).pagesCollapsed}\n`);
  t.set('kernel/mm/hugepages', {});
  const lo = 'devices/virtual/net/lo';
  const net: Record<string, string> = { address: '00:00:00:00:00:00', addr_len: '6', broadcast: '00:00:00:00:00:00', carrier: '1', flags: '0x9', ifindex: '1', iflink: '1', mtu: '65536', operstate: 'unknown', tx_queue_len: '1000', type: '772' };
  for (const [f, v] of Object.entries(net)) text(`${lo}/${f}`, v + '\n');
  for (const f of ['rx_bytes', 'rx_packets', 'rx_errors', 'rx_dropped', 'tx_bytes', 'tx_packets', 'tx_errors', 'tx_dropped', 'collisions', 'multicast']) text(`${lo}/statistics/${f}`, '0\n');
  t.set('class/net/lo', { link: () => '../../devices/virtual/net/lo' });
  for (const d of ['block', 'bus', 'class/block', 'class/tty', 'dev/block', 'dev/char', 'firmware', 'fs/cgroup', 'hypervisor', 'module', 'power']) t.set(d, {});
  return t;
}
const cpuMaskOf = (cpu: number): string => { let s = (2 ** (cpu % 32)).toString(16); if (cpu >= 32) s = s.padStart(8, '0') + ',00000000'; return s; };

defineTree('sys', sysTree);

export function createSysfs(k: Kernel): SuperBlock {
  const root = new TextInode();
  root.tree = 'sys';
  root.ino = 1; root.mode = S_IFDIR | 0o555; root.nlink = 12;
  stampNow(k, root);
  const sb = newSuperBlock('sysfs', 0x62656572, makedev(0, 20), root);
  sb.volatile = true;
  return sb;
}
