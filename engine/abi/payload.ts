// The payload of a syscall row: what its pointers pointed to. One writer (engine/syscalls/payload.ts), one reader, here.
//
// A sequence of records: u8 tag, LEB128 length, bytes. tag = argument index · 8 + part:
//   0 bytes at entry; for strings the closing NUL is included when it lay within the bound
//   1 bytes at exit
//   2 one item of an array of pointers or iovecs, in order, at entry (strings as above); 3 the same at exit
//   4 a u32 count: strings of an argv, directory entries of a getdents
//   5 secondary structure at entry (msg_control of a msghdr …); 6 the same at exit; 7 tertiary
// A missing record means that the memory could not be read: the text shows the address.

export const PART = { entry: 0, exit: 1, item: 2, itemExit: 3, count: 4, second: 5, secondExit: 6, third: 7 } as const;
/** Bytes kept of a string or buffer, of a path, items kept of an array. */
export const STRING_MAX = 64, PATH_MAX = 4096, ITEMS_MAX = 33;

export class Payload {
  private readonly records: Uint8Array[][] = [];
  constructor(bytes: Uint8Array | null | undefined) {
    if (!bytes) return;
    let at = 0;
    while (at < bytes.length) {
      const tag = bytes[at++]!;
      let length = 0, shift = 0, b = 0;
      do { b = bytes[at++]!; length |= (b & 0x7f) << shift; shift += 7; } while (b & 0x80);
      (this.records[tag] ??= []).push(bytes.subarray(at, at + length));
      at += length;
    }
  }
  get(arg: number, part: number): Uint8Array | null { return this.records[arg * 8 + part]?.[0] ?? null; }
  all(arg: number, part: number): readonly Uint8Array[] { return this.records[arg * 8 + part] ?? []; }
  count(arg: number): number | null {
    const b = this.get(arg, PART.count);
    return b && b.length === 4 ? (b[0]! | b[1]! << 8 | b[2]! << 16 | b[3]! << 24) >>> 0 : null;
  }
}
