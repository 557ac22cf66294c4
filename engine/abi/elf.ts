// ELF files as readers of them need it: program headers and the GNU build id. Source: the System V ABI (gABI) chapters 4 and 5.

/** Bytes [offset, offset + length) of the file as the guest sees it, or null where they cannot be had. */
export type FileReader = (offset: number, length: number) => Uint8Array | null;

/** p_type. */
export const PT = { LOAD: 1, DYNAMIC: 2, NOTE: 4, GNU_EH_FRAME: 0x6474e550 } as const;
const NT_GNU_BUILD_ID = 3, MAX_NOTE_BYTES = 65536;

const view = (u: Uint8Array): DataView => new DataView(u.buffer, u.byteOffset, u.byteLength);
const u64 = (v: DataView, at: number): number => v.getUint32(at, true) + v.getUint32(at + 4, true) * 4294967296;

export interface Segment { type: number; flags: number; offset: number; vaddr: number; filesz: number; memsz: number }

/** The program headers of a 64-bit little-endian ELF file, or null for anything else. */
export function programHeaders(read: FileReader): Segment[] | null {
  const head = read(0, 64);
  if (!head || head.length < 64 || head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46 || head[4] !== 2) return null;
  const v = view(head), count = v.getUint16(56, true), bytes = read(u64(v, 32), count * 56);
  if (!bytes || bytes.length < count * 56) return null;
  const p = view(bytes);
  return Array.from({ length: count }, (_, i) => ({ type: p.getUint32(i * 56, true), flags: p.getUint32(i * 56 + 4, true), offset: u64(p, i * 56 + 8), vaddr: u64(p, i * 56 + 16), filesz: u64(p, i * 56 + 32), memsz: u64(p, i * 56 + 40) }));
}

/** The GNU build id among the notes, or null. */
export function buildIdOf(read: FileReader, headers: readonly Segment[]): Uint8Array | null {
  for (const h of headers) {
    if (h.type !== PT.NOTE || h.filesz > MAX_NOTE_BYTES) continue;
    const notes = read(h.offset, h.filesz);
    if (!notes) continue;
    const v = view(notes);
    for (let at = 0; at + 12 <= notes.length;) {
      const nameSize = v.getUint32(at, true), size = v.getUint32(at + 4, true), desc = at + 12 + ((nameSize + 3) & ~3);
      if (v.getUint32(at + 8, true) === NT_GNU_BUILD_ID && nameSize === 4 && notes[at + 12] === 0x47 && desc + size <= notes.length) return notes.slice(desc, desc + size);
      if (size > notes.length) break;
      at = desc + ((size + 3) & ~3);
    }
  }
  return null;
}

