// String instructions with REP (SDM vol. 2): one call does a run of elements up to a page end, 4,096 bytes or the count.
import { COST } from '../../clock/costs.ts';
import { CTX, RAX, RCX, RDI, RSI, TF } from '../../machine/hardware.ts';
import type { Form } from '../decode/insn.ts';
import { FRAME_FLAGS, RAM_BASE, REC, S } from '../layout.ts';
import type { Mmu } from '../mmu/mmu.ts';

/** Adds a small signed number to the 64-bit register at s + offset. */
function bump(u32: Uint32Array, i: number, n: number, addr32: boolean): void {
  const lo = u32[i]! + n;
  u32[i] = lo;
  if (addr32) { u32[i + 1] = 0; return; }
  u32[i + 1] = u32[i + 1]! + (lo > 0xffffffff ? 1 : lo < 0 ? -1 : 0);
}

/** 0 done, 1 fault, 2 elements remain. */
export function runString(mmu: Mmu, setFlags: (s: number, flags: number) => void, s: number, record: number, form: Form): number {
  const { u32, u8 } = mmu, g = s >> 2, name = form.mnemonic, bytes = form.size >> 3, addr32 = form.mem === 3;
  const down = (u32[(s + CTX.rflags) >> 2]! & 0x400) !== 0, step = down ? -bytes : bytes;
  const cx = g + RCX * 2, si = g + RSI * 2, di = g + RDI * 2;
  if (u32[cx] === 0 && (addr32 || u32[cx + 1] === 0)) return 0;
  const usesSrc = name === 'movs' || name === 'cmps' || name === 'lods', usesDst = name !== 'lods';
  // Source address: segment base + rsi
  const segment = u8[record + REC.seg]! | (u8[record + REC.seg + 1]! << 8);
  let srcLo = 0, srcHi = 0;
  if (usesSrc) {
    const baseLo = u32[(s + segment) >> 2]!, sum = u32[si]! + baseLo;
    srcLo = sum | 0;
    srcHi = ((addr32 ? 0 : u32[si + 1]!) + u32[((s + segment) >> 2) + 1]! + (sum > 0xffffffff ? 1 : 0)) | 0;
  }
  const dstLo = u32[di]! | 0, dstHi = addr32 ? 0 : u32[di + 1]! | 0;
  let n = Math.floor(4096 / bytes);
  const count = addr32 || u32[cx + 1] === 0 ? u32[cx]! : 0xffffffff;
  if (count < n) n = count;
  const room = (lo: number): number => { const off = lo & 4095; return down ? (off + bytes > 4096 ? 0 : Math.floor(off / bytes) + 1) : Math.floor((4096 - off) / bytes); };
  if (usesSrc) n = Math.min(n, room(srcLo));
  if (usesDst) n = Math.min(n, room(dstLo));
  if (n < 1) n = 1; // an element across two pages goes alone
  if ((u32[(s + CTX.rflags) >> 2]! & TF) !== 0) n = 1; // a step is one element
  const crossing = (usesSrc && (srcLo & 4095) + bytes > 4096) || (usesDst && (dstLo & 4095) + bytes > 4096);
  let done = n, stop = false;
  if (name === 'movs' || name === 'stos') {
    let from = 0;
    if (usesSrc) {
      from = mmu.read(s, srcLo, srcHi, bytes);
      if (from === 0) return 1;
    }
    if (mmu.misaligned(s, dstLo, dstHi, bytes)) return 1;
    if (crossing) {
      if (name === 'movs') u8.copyWithin(s + S.scratch, from, from + bytes);
      else u8.copyWithin(s + S.scratch, s + RAX * 8, s + RAX * 8 + bytes);
      if (mmu.store(s, dstLo, dstHi, bytes) === 1) return 1;
    } else {
      const to = mmu.translate(s, dstLo, dstHi, true);
      if (to === 0) return 1;
      const pfn = (to - RAM_BASE) >>> 12, length = n * bytes, low = down ? to - length + bytes : to;
      if (u8[FRAME_FLAGS + pfn] !== 0) mmu.written(pfn);
      if (name === 'stos') {
        if (bytes === 1) u8.fill(u8[s + RAX * 8]!, low, low + length);
        else {
          for (let i = 0; i < bytes; i++) u8[low + i] = u8[s + RAX * 8 + i]!;
          for (let have = bytes; have < length; have *= 2) u8.copyWithin(low + have, low, low + Math.min(have, length - have));
        }
      } else {
        const src = down ? from - length + bytes : from, gap = down ? src - low : low - src;
        if (gap <= 0 || gap >= length) u8.copyWithin(low, src, src + length);
        else if (!down && gap >= bytes) for (let i = 0; i < length; i++) u8[low + i] = u8[src + i]!; // overlapping: later elements see earlier ones
        else if (!down) for (let i = 0; i < length; i += bytes) u8.copyWithin(low + i, src + i, src + i + bytes); // an element is read before it is written
        else for (let e = n - 1; e >= 0; e--) for (let i = 0; i < bytes; i++) u8[low + e * bytes + i] = u8[src + e * bytes + i]!;
      }
    }
  } else if (name === 'lods') {
    const from = mmu.read(s, srcLo, srcHi, bytes);
    if (from === 0) return 1;
    const at = crossing ? from : from + (n - 1) * step, rax = s + RAX * 8;
    for (let i = 0; i < bytes; i++) u8[rax + i] = u8[at + i]!;
    if (bytes === 4) u32[(rax >> 2) + 1] = 0;
  } else { // cmps, scas
    let a = s + RAX * 8;
    const early = usesSrc && bytes === 1 && form.rep === 0xf3; // REPE CMPSB looks at the source first, CMPS else at the target, as measured on AMD family 25
    if (early) {
      a = mmu.read(s, srcLo, srcHi, bytes);
      if (a === 0) return 1;
    }
    let b = mmu.read(s, dstLo, dstHi, bytes);
    if (b === 0) return 1;
    if (usesSrc && !early) {
      if (b === s + S.bounce) { u8.copyWithin(s + S.scratch, b, b + bytes); b = s + S.scratch; }
      a = mmu.read(s, srcLo, srcHi, bytes);
      if (a === 0) return 1;
    }
    done = 0;
    for (;;) {
      let equal = true;
      for (let i = 0; i < bytes; i++) if (u8[a + i] !== u8[b + i]) { equal = false; break; }
      done++;
      if (equal !== (form.rep === 0xf3)) stop = true;
      if (stop || done === n) { setFlags(s, compareFlags(u8, a, b, bytes)); break; }
      if (usesSrc) a += step;
      b += step;
    }
  }
  const moved = done * step;
  if (usesSrc) bump(u32, si, moved, addr32);
  if (usesDst) bump(u32, di, moved, addr32);
  bump(u32, cx, -done, addr32);
  mmu.addNow(s, done * COST.repElement);
  return stop || (u32[cx] === 0 && (addr32 || u32[cx + 1] === 0)) ? 0 : 2;
}

/** The six flags of a − b. */
function compareFlags(u8: Uint8Array, a: number, b: number, bytes: number): number {
  let borrow = 0, zero = true, low = 0, top = 0;
  for (let i = 0; i < bytes; i++) {
    const d = u8[a + i]! - u8[b + i]! - borrow;
    borrow = d < 0 ? 1 : 0;
    top = d & 255;
    if (top !== 0) zero = false;
    if (i === 0) low = top;
  }
  let parity = low;
  parity ^= parity >> 4; parity ^= parity >> 2; parity ^= parity >> 1;
  const sa = u8[a + bytes - 1]! >> 7, sb = u8[b + bytes - 1]! >> 7, sr = top >> 7;
  return borrow | ((parity & 1) === 0 ? 4 : 0) | ((u8[a]! ^ u8[b]! ^ low) & 0x10) | (zero ? 0x40 : 0) | (sr << 7) | (sa !== sb && sr !== sa ? 0x800 : 0);
}
