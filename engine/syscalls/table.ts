// The handler families, and their binding to numbers. A name that no row has, or that two families claim, is our bug.
import { assert } from '../base/assert.ts';
import { NR } from '../abi/syscall-numbers.ts';
import type { SyscallName } from '../abi/syscall-numbers.ts';
import type { Handler, Handlers } from './call.ts';
import { handlers as cred } from './cred.ts';
import { handlers as dir } from './dir.ts';
import { handlers as exec } from './exec.ts';
import { handlers as fd } from './fd.ts';
import { handlers as file } from './file.ts';
import { handlers as fs } from './fs.ts';
import { handlers as futex } from './futex.ts';
import { handlers as ioctl } from './ioctl.ts';
import { handlers as ipc } from './ipc.ts';
import { handlers as mempolicy } from './mempolicy.ts';
import { handlers as mm } from './mm.ts';
import { handlers as pipe } from './pipe.ts';
import { handlers as poll } from './poll.ts';
import { handlers as process } from './process.ts';
import { handlers as ptrace } from './ptrace.ts';
import { handlers as random } from './random.ts';
import { handlers as sched } from './sched.ts';
import { handlers as signal } from './signal.ts';
import { handlers as socket } from './socket.ts';
import { handlers as stat } from './stat.ts';
import { handlers as time } from './time.ts';
import { handlers as tty } from './tty.ts';
import { handlers as xattr } from './xattr.ts';

const FAMILIES: Readonly<Record<string, Handlers>> = { cred, dir, exec, fd, file, fs, futex, ioctl, ipc, mempolicy, mm, pipe, poll, process, ptrace, random, sched, signal, socket, stat, time, tty, xattr };

/** Handlers by syscall number; null where there is none. */
export function bindHandlers(): (Handler | null)[] {
  const bound: (Handler | null)[] = new Array<Handler | null>(Math.max(...Object.values(NR)) + 1).fill(null);
  const owner = new Map<string, string>();
  for (const [family, handlers] of Object.entries(FAMILIES)) {
    for (const [name, handler] of Object.entries(handlers)) {
      const nr = NR[name as SyscallName];
      assert(nr !== undefined, `syscalls/${family}.ts handles ${name}, which is no x86-64 syscall`);
      assert(!owner.has(name), `syscalls/${family}.ts and ${owner.get(name)}.ts both handle ${name}`);
      owner.set(name, family);
      bound[nr] = handler;
    }
  }
  return bound;
}
