// Resource limits: defaults of a fresh system and the reading of one.
import { EINVAL, EPERM } from '../../abi/errno.ts';
import type { Process, Task } from '../contracts/task.ts';
import { CAP_SYS_RESOURCE, capable } from './cred.ts';

export const RLIM_STACK = 3, RLIM_CORE = 4, RLIM_NPROC = 6, RLIM_NOFILE = 7, RLIM_NLIMITS = 16;

/** Hard bound on tasks of the machine, whatever the user's RLIMIT_NPROC: a fork bomb gets EAGAIN and ktrace stays bounded. */
export const MAX_TASKS = 4096;

/** [soft, hard] of each RLIMIT_*; null = unlimited, as JSON can say it. */
export type Rlimits = [number | null, number | null][];

/** init's limits, in the order of RLIMIT_*: [soft, hard]. */
export function defaultRlimits(): [number, number][] {
  const inf: [number, number] = [Infinity, Infinity];
  const lim: [number, number][] = [];
  for (let i = 0; i < RLIM_NLIMITS; i++) lim.push([...inf]);
  lim[RLIM_STACK] = [8 * 1024 * 1024, Infinity];
  lim[RLIM_CORE] = [0, Infinity];
  lim[RLIM_NPROC] = [MAX_TASKS, MAX_TASKS];
  lim[RLIM_NOFILE] = [1024, 1048576];
  lim[8] = [8 * 1024 * 1024, 8 * 1024 * 1024]; // MEMLOCK
  lim[11] = [MAX_TASKS, MAX_TASKS]; // SIGPENDING
  lim[12] = [819200, 819200]; // MSGQUEUE
  lim[13] = [0, 0]; // NICE
  lim[14] = [0, 0]; // RTPRIO
  return lim;
}

export function rlimit(process: Process, which: number): number { return process.rlimits[which]![0]; }

/** prlimit64's checks and effect: 0 or −errno. */
export function setRlimit(task: Task, process: Process, which: number, soft: number, hard: number): number {
  if (which < 0 || which >= RLIM_NLIMITS || soft > hard) return -EINVAL;
  const old = process.rlimits[which]!;
  if (hard > old[1] && !capable(task, CAP_SYS_RESOURCE)) return -EPERM;
  if (which === RLIM_NOFILE && hard > 1048576) return -EPERM; // sysctl fs.nr_open
  process.rlimits[which] = [soft, hard];
  return 0;
}
