// fds 0-2 of the recorded program.
import type { HostInput } from '../../host/door.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { OpenFile } from '../contracts/fs.ts';
/** Call after mountRoot; the three files of the first process. */
export function openHostStreams(_k: Kernel): [OpenFile, OpenFile, OpenFile] { throw new Error('not yet'); }
/** stdin data and window size changes of Host.poll (signals are the caller's). */
export function deliverHostInput(_k: Kernel, _input: HostInput): void { throw new Error('not yet'); }
/** Some task waits on the host's terminal, pipe or socket: idle time then passes at real speed (law 2). */
export function waitsForHost(_k: Kernel): boolean { return false; }
