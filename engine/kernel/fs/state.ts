// The VFS room's one slot on Kernel: mounts, host superblocks and counters. No behaviour.
import { stateClass } from '../../base/state.ts';
import type { Inode, Mount, SuperBlock } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';

export class VfsState {
  /** All mounts in the order they were made. */
  mounts: Mount[] = [];
  /** Superblocks of the host's file systems by st_dev. */
  hostSupers = new Map<number, SuperBlock>();
  /** Host inodes with more than one link, by "dev:ino". */
  hostLinks = new Map<string, Inode>();
  hostRoot: Inode | null = null;
  /** Open files now (ENFILE). */
  openFiles = 0;
  nextAnonMinor = 40;
  /** Inodes that the guest has made and that still live. */
  newInodes = 0;
  renameCookie = 0; // inotify's pairing of MOVED_FROM and MOVED_TO
}
stateClass(VfsState, 'VfsState', ['mounts', 'hostSupers', 'hostLinks', 'hostRoot', 'openFiles', 'nextAnonMinor', 'newInodes', 'renameCookie']);

export const vfsOf = (k: Kernel): VfsState => (k.vfs ??= new VfsState()) as VfsState;
