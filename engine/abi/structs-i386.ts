// Structures of i386 calls that are not simply those of x86-64 with shorter longs: where each field stands in both. Recorded calls hold the x86-64 form, so
// that one decoder tells of both. (arch/x86/include/asm/compat.h, arch/x86/include/uapi/asm/stat.h, include/linux/compat.h.)
import { STRUCT_SIZE } from './structs.ts';

/** Offset and bytes in the i386 structure (negative: signed), offset in the x86-64 one: 4 bytes are written there, 8 if the field has 8 or a sign. */
type Field = readonly [from: number, bytes: number, to: number];
const times = (from: number): Field[] => [0, 1, 2, 3, 4, 5].map((i) => [from + i * 4, 4, 72 + i * 8]);
const STAT: readonly Field[] = [[0, 2, 0], [4, 4, 8], [8, 2, 24], [10, 2, 16], [12, 2, 28], [14, 2, 32], [16, 2, 40], [20, 4, 48], [24, 4, 56], [28, 4, 64], ...times(32)];
const STAT64: readonly Field[] = [[0, 8, 0], [88, 8, 8], [16, 4, 24], [20, 4, 16], [24, 4, 28], [28, 4, 32], [32, 8, 40], [44, 8, 48], [52, 4, 56], [56, 8, 64], ...times(64)];
const SYSINFO: readonly Field[] = [[0, -4, 0], ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((i): Field => [i * 4, 4, i * 8]), [40, 2, 80], [44, 4, 88], [48, 4, 96], [52, 4, 104]];
const SIGINFO: readonly Field[] = [[0, 4, 0], [4, 4, 4], [8, 4, 8], [12, 4, 16], [16, 4, 20], [20, 4, 24]]; // of a child: what waitid writes
const STACK: readonly Field[] = [[0, 4, 0], [4, 4, 8], [8, 4, 16]];
const MSGHDR: readonly Field[] = [[0, 4, 0], [4, 4, 8], [8, 4, 16], [12, 4, 24], [16, 4, 32], [20, 4, 40], [24, 4, 48]];
/** Bytes of them on i386. */
export const I386_MSGHDR_SIZE = 28;
/** By structure, and whether the call is one for large files; of sigaction, the one before rt_sigaction. */
const FIELDS: Readonly<Record<string, readonly [small: readonly Field[], large: readonly Field[]]>> = {
  stat: [STAT, STAT64], sysinfo: [SYSINFO, SYSINFO], siginfo: [SIGINFO, SIGINFO],
  statfs: [
    [[0, 4, 0], [4, 4, 8], [8, 4, 16], [12, 4, 24], [16, 4, 32], [20, 4, 40], [24, 4, 48], [28, 8, 56], [36, 4, 64], [40, 4, 72], [44, 4, 80]],
    [[0, 4, 0], [4, 4, 8], [8, 8, 16], [16, 8, 24], [24, 8, 32], [32, 8, 40], [40, 8, 48], [48, 8, 56], [56, 4, 64], [60, 4, 72], [64, 4, 80]],
  ],
  stack: [STACK, STACK], sigaction: [[[0, 4, 0], [4, 4, 8], [8, 4, 16], [12, 8, 24]], [[0, 4, 0], [8, 4, 8], [12, 4, 16], [4, 4, 24]]],
  msghdr: [MSGHDR, MSGHDR],
  flock: [[[0, 4, 0], [4, -4, 8], [8, -4, 16], [12, 4, 24]], [[0, 4, 0], [4, 8, 8], [12, 8, 16], [20, 4, 24]]],
};
export const differsOnI386 = (name: string): boolean => name in FIELDS;
/** The structure in x86-64's form. @param read a little-endian number of so many bytes at an offset, as two words; null when it is not there */
export function fromI386(name: string, large: boolean, read: (offset: number, bytes: number) => readonly [lo: number, hi: number] | null): Uint8Array | null {
  const out = new Uint8Array(STRUCT_SIZE[name]!), v = new DataView(out.buffer);
  for (const [from, bytes, to] of FIELDS[name]![large ? 1 : 0]) {
    const n = read(from, Math.abs(bytes));
    if (n === null) return null;
    v.setUint32(to, n[0], true);
    if (to + 8 <= out.length && (bytes < 0 || bytes === 8)) v.setUint32(to + 4, bytes < 0 ? n[0] >> 31 : n[1], true);
  }
  return out;
}

/** Fields of ipc64_perm, at the start of each. */
const PERM: readonly Field[] = [[0, 4, 0], [4, 4, 4], [8, 4, 8], [12, 4, 12], [16, 4, 16], [20, 4, 20]];
/** The xxxid_ds of System V: bytes in both forms, fields. Times have their upper halves behind them. */
export const I386_IPC_DS = {
  sem: { size: 64, wide: 104, fields: [...PERM, [36, 8, 48], [44, 8, 64], [52, 4, 80]] },
  msg: { size: 88, wide: 120, fields: [...PERM, [36, 8, 48], [44, 8, 56], [52, 8, 64], [60, 4, 72], [64, 4, 80], [68, 4, 88], [72, 4, 96], [76, 4, 100]] },
  shm: { size: 84, wide: 112, fields: [...PERM, [36, 4, 48], [40, 8, 56], [48, 8, 64], [56, 8, 72], [64, 4, 80], [68, 4, 84], [72, 4, 88]] },
} as const satisfies Readonly<Record<string, { size: number; wide: number; fields: readonly Field[] }>>;
export type IpcDs = keyof typeof I386_IPC_DS;
/** Such a structure in the other form: from x86-64's, or to it. */
export function convertIpcDs(kind: IpcDs, bytes: Uint8Array, toWide: boolean): Uint8Array {
  const { size, wide, fields } = I386_IPC_DS[kind], out = new Uint8Array(toWide ? wide : size), from = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), to = new DataView(out.buffer);
  for (const [narrowAt, length, wideAt] of fields) {
    const [at, put] = toWide ? [narrowAt, wideAt] : [wideAt, narrowAt];
    for (let i = 0; i < length; i += 4) to.setUint32(put + i, from.getUint32(at + i, true), true);
  }
  return out;
}
