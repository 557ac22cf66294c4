// What CPUID reports (SDM vol. 2, CPUID): exactly the features of the chosen model, so that recordings replay on any host and libraries
// choose code that the machine can run.
import type { CpuModel } from '../abi/cpu-models.ts';
import { AVX_OFFSET, XSAVE_SIZE } from '../machine/xsave-image.ts';

const word = (t: string, at: number): number => { let v = 0; for (let i = 3; i >= 0; i--) v = (v << 8) | (at + i < t.length ? t.charCodeAt(at + i) : 0); return v; };
/** CPUID.1:EAX (vol. 2, figure 3-6). */
const signature = (m: CpuModel): number => m.stepping | ((m.model & 15) << 4) | (m.family << 8) | ((m.model >> 4) << 16);

/** [eax, ebx, ecx, edx] of a leaf. */
export function cpuid(m: CpuModel, leaf: number, subleaf: number, apicId: number): [number, number, number, number] {
  switch (leaf >>> 0) {
    case 0: return [m.maxLeaf, word(m.vendor, 0), word(m.vendor, 8), word(m.vendor, 4)];
    case 1: return [signature(m), (apicId << 24) | (1 << 16) | (8 << 8), m.leaf1Ecx, m.leaf1Edx];
    case 2: return [0x665b5001, 0, 0, 0x007a7040];
    case 4: // caches: L1d 32K 8-way, L1i 32K 8-way, L2 1M 16-way, L3 8M 16-way; 64-byte lines
      switch (subleaf) {
        case 0: return [0x121, (7 << 22) | 63, 63, 0];
        case 1: return [0x122, (7 << 22) | 63, 63, 0];
        case 2: return [0x143, (15 << 22) | 63, 1023, 0];
        case 3: return [0x163, (15 << 22) | 63, 8191, 0];
        default: return [0, 0, 0, 0];
      }
    case 7: return subleaf === 0 ? [0, m.leaf7Ebx, 0, 0] : [0, 0, 0, 0];
    case 13: // XSAVE: XCR0 and the area's size; XSAVEOPT, XSAVEC, XGETBV with ECX = 1; the upper halves of the ymm registers
      if (m.xcr0 === 0) return [0, 0, 0, 0];
      switch (subleaf) {
        case 0: return [m.xcr0, XSAVE_SIZE, XSAVE_SIZE, 0];
        case 1: return [7, XSAVE_SIZE, 0, 0];
        case 2: return [XSAVE_SIZE - AVX_OFFSET, AVX_OFFSET, 0, 0];
        default: return [0, 0, 0, 0];
      }
    case 0x80000000: return [0x80000008 | 0, 0, 0, 0];
    case 0x80000001: return [0, 0, m.extEcx, m.extEdx];
    case 0x80000002: case 0x80000003: case 0x80000004: {
      const from = ((leaf >>> 0) - 0x80000002) * 16;
      return [word(m.brand, from), word(m.brand, from + 4), word(m.brand, from + 8), word(m.brand, from + 12)];
    }
    case 0x80000006: return [0, 0, 0x04008040, 0];
    case 0x80000008: return [0x3020, 0, 0, 0]; // 32 physical, 48 virtual address bits
    default: return [0, 0, 0, 0];
  }
}
