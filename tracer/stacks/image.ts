// What unwinding and naming need of an ELF file, taken out of it as one compact blob: load segments, function symbols with their
// strings, .eh_frame with its search table, build id. Source: the System V ABI (gABI) chapters 4 and 5, its x86-64 supplement, the LSB
// core specification (.eh_frame_hdr). Nothing is parsed while taking; a damaged or odd file yields less, never an exception.

import { buildIdOf, programHeaders, PT } from '../../engine/abi/elf.ts';
import type { FileReader, Segment } from '../../engine/abi/elf.ts';

/** Sections of a blob. segments: 40 bytes each (offset, vaddr, file size, memory size, flags). */
export const PART = { segments: 1, symbols: 2, strings: 3, ehFrame: 4, ehFrameHeader: 5, buildId: 6 } as const;
export interface Part { id: number; vaddr: number; bytes: Uint8Array }

const MAGIC = 0x4d49544b; // "KTIM"
const PART_HEAD = 24;
/** Symbol tables beyond this are left out: names are then those of the dynamic symbols, or none. */
const MAX_SYMBOL_BYTES = 64 << 20;
const MAX_SECTIONS = 4096;
const SHT = { SYMTAB: 2, NOBITS: 8, DYNSYM: 11 } as const;

const view = (u: Uint8Array): DataView => new DataView(u.buffer, u.byteOffset, u.byteLength);
const u64 = (v: DataView, at: number): number => v.getUint32(at, true) + v.getUint32(at + 4, true) * 4294967296;

interface Section { type: number; vaddr: number; offset: number; size: number; link: number; name: string }

function sections(read: FileReader): Section[] {
  const v = view(read(0, 64)!), at = u64(v, 40), count = v.getUint16(60, true), namesIndex = v.getUint16(62, true);
  if (at === 0 || count === 0 || count > MAX_SECTIONS || namesIndex >= count) return [];
  const bytes = read(at, count * 64);
  if (!bytes || bytes.length < count * 64) return [];
  const s = view(bytes), names = read(u64(s, namesIndex * 64 + 24), Math.min(u64(s, namesIndex * 64 + 32), 1 << 20)) ?? new Uint8Array(0);
  const nameAt = (from: number): string => { let t = ''; for (let i = from; i < names.length && names[i] !== 0; i++) t += String.fromCharCode(names[i]!); return t; };
  return Array.from({ length: count }, (_, i) => {
    const o = i * 64;
    return { name: nameAt(s.getUint32(o, true)), type: s.getUint32(o + 4, true), vaddr: u64(s, o + 16), offset: u64(s, o + 24), size: u64(s, o + 32), link: s.getUint32(o + 40, true) };
  });
}

/** Where a link-time address lies in the file, or −1. */
const offsetOf = (headers: readonly Segment[], vaddr: number): number => {
  const h = headers.find((s) => s.type === PT.LOAD && vaddr >= s.vaddr && vaddr < s.vaddr + s.filesz);
  return h ? vaddr - h.vaddr + h.offset : -1;
};

/** Symbols of a file without section headers (the vDSO, what sstrip has been at): by the dynamic section; DT_HASH tells how many. */
function dynamicSymbols(read: FileReader, headers: readonly Segment[]): { symbols: Uint8Array; strings: Uint8Array } | null {
  const d = headers.find((h) => h.type === PT.DYNAMIC), bytes = d && d.filesz <= 65536 ? read(d.offset, d.filesz) : null;
  if (!bytes) return null;
  const v = view(bytes), tags = new Map<number, number>();
  for (let at = 0; at + 16 <= bytes.length; at += 16) tags.set(u64(v, at), u64(v, at + 8));
  const symtab = offsetOf(headers, tags.get(6) ?? -1), strtab = offsetOf(headers, tags.get(5) ?? -1), hash = offsetOf(headers, tags.get(4) ?? -1), size = tags.get(10) ?? 0;
  const chains = hash >= 0 ? read(hash, 8) : null;
  if (symtab < 0 || strtab < 0 || !chains) return null;
  const count = view(chains).getUint32(4, true);
  if (count * 24 + size > MAX_SYMBOL_BYTES) return null;
  const symbols = read(symtab, count * 24), strings = read(strtab, size);
  return symbols && strings ? { symbols, strings } : null;
}

/** The blob of a file, or null where it is no ELF file that can be read. */
export function takeImage(read: FileReader): Uint8Array | null {
  try {
    const headers = programHeaders(read);
    if (!headers) return null;
    const parts: Part[] = [], add = (id: number, vaddr: number, bytes: Uint8Array | null): void => { if (bytes && bytes.length > 0) parts.push({ id, vaddr, bytes }); };
    const loads = headers.filter((h) => h.type === PT.LOAD), segments = new Uint8Array(loads.length * 40), sv = view(segments);
    loads.forEach((h, i) => { [h.offset, h.vaddr, h.filesz, h.memsz, h.flags].forEach((n, k) => sv.setFloat64(i * 40 + k * 8, n, true)); });
    add(PART.segments, 0, segments);
    add(PART.buildId, 0, buildIdOf(read, headers));
    const all = sections(read);
    const table = [SHT.SYMTAB, SHT.DYNSYM].map((type) => all.find((s) => s.type === type)).find((s) => s && all[s.link] && s.size + all[s.link]!.size <= MAX_SYMBOL_BYTES);
    const symbols = table ? { symbols: read(table.offset, table.size), strings: read(all[table.link]!.offset, all[table.link]!.size) } : all.length === 0 ? dynamicSymbols(read, headers) : null;
    if (symbols) { add(PART.symbols, 0, symbols.symbols); add(PART.strings, 0, symbols.strings); }
    const header = headers.find((h) => h.type === PT.GNU_EH_FRAME);
    if (header) add(PART.ehFrameHeader, header.vaddr, read(header.offset, header.filesz));
    const frame = all.find((s) => s.name === '.eh_frame' && s.type !== SHT.NOBITS);
    if (frame) add(PART.ehFrame, frame.vaddr, read(frame.offset, frame.size));
    else if (header) {
      // Without section headers: .eh_frame follows its search table up to the end of the segment.
      const load = loads.find((h) => header.vaddr >= h.vaddr && header.vaddr < h.vaddr + h.filesz), at = header.vaddr + Math.ceil(header.filesz / 8) * 8;
      if (load) add(PART.ehFrame, at, read(at - load.vaddr + load.offset, load.vaddr + load.filesz - at));
    }
    return join(parts);
  } catch {
    return null; // a range outside the file
  }
}

/** [magic, count] then [id, 0, vaddr f64, offset, length] a part, then the parts, each at a multiple of 8. */
function join(parts: readonly Part[]): Uint8Array {
  const pad = (n: number): number => Math.ceil(n / 8) * 8;
  let at = 8 + parts.length * PART_HEAD;
  const places = parts.map((p) => { const here = at; at += pad(p.bytes.length); return here; });
  const out = new Uint8Array(at), v = view(out);
  v.setUint32(0, MAGIC, true);
  v.setUint32(4, parts.length, true);
  parts.forEach((p, i) => {
    const h = 8 + i * PART_HEAD;
    v.setUint32(h, p.id, true);
    v.setFloat64(h + 8, p.vaddr, true);
    v.setUint32(h + 16, places[i]!, true);
    v.setUint32(h + 20, p.bytes.length, true);
    out.set(p.bytes, places[i]!);
  });
  return out;
}

export function partsOf(blob: Uint8Array): Map<number, Part> {
  const v = view(blob), parts = new Map<number, Part>();
  if (blob.length < 8 || v.getUint32(0, true) !== MAGIC) return parts;
  for (let i = 0; i < v.getUint32(4, true); i++) {
    const h = 8 + i * PART_HEAD, at = v.getUint32(h + 16, true), id = v.getUint32(h, true);
    parts.set(id, { id, vaddr: v.getFloat64(h + 8, true), bytes: blob.subarray(at, at + v.getUint32(h + 20, true)) });
  }
  return parts;
}
