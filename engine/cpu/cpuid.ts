// What CPUID reports (SDM vol. 2, CPUID): exactly the x86-64 baseline, so that recordings replay on any host and libraries choose SSE2 code.
const text = (t: string): number[] => [0, 1, 2].map((i) => t.charCodeAt(i * 4) | (t.charCodeAt(i * 4 + 1) << 8) | (t.charCodeAt(i * 4 + 2) << 16) | (t.charCodeAt(i * 4 + 3) << 24));
const VENDOR = text('GenuineIntel');
const BRAND = 'ktrace x86-64 baseline @ 1.00GHz'.padEnd(48, '\0');

/** Family 6, model 15, stepping 1. */
const SIGNATURE = 0x000006f1;
/** FPU VME DE PSE TSC MSR PAE MCE CX8 APIC SEP MTRR PGE MCA CMOV PAT PSE36 CLFSH MMX FXSR SSE SSE2. */
const FEATURES_EDX = 0x078bfbff;
/** CMPXCHG16B. */
const FEATURES_ECX = 0x00002000;

/** [eax, ebx, ecx, edx] of a leaf. */
export function cpuid(leaf: number, subleaf: number, apicId: number): [number, number, number, number] {
  switch (leaf >>> 0) {
    case 0: return [4, VENDOR[0]!, VENDOR[2]!, VENDOR[1]!];
    case 1: return [SIGNATURE, (apicId << 24) | (1 << 16) | (8 << 8), FEATURES_ECX, FEATURES_EDX];
    case 2: return [0x665b5001, 0, 0, 0x007a7040];
    case 4: // caches: L1d 32K 8-way, L1i 32K 8-way, L2 1M 16-way, L3 8M 16-way; 64-byte lines
      switch (subleaf) {
        case 0: return [0x121, (7 << 22) | 63, 63, 0];
        case 1: return [0x122, (7 << 22) | 63, 63, 0];
        case 2: return [0x143, (15 << 22) | 63, 1023, 0];
        case 3: return [0x163, (15 << 22) | 63, 8191, 0];
        default: return [0, 0, 0, 0];
      }
    case 0x80000000: return [0x80000008 | 0, 0, 0, 0];
    case 0x80000001: return [0, 0, 1, 0x20100800]; // LAHF; SYSCALL, NX, LM
    case 0x80000002: case 0x80000003: case 0x80000004: {
      const from = ((leaf >>> 0) - 0x80000002) * 16, word = (k: number): number => { let v = 0; for (let i = 3; i >= 0; i--) v = (v << 8) | BRAND.charCodeAt(from + k * 4 + i); return v; };
      return [word(0), word(1), word(2), word(3)];
    }
    case 0x80000006: return [0, 0, 0x04008040, 0];
    case 0x80000008: return [0x3020, 0, 0, 0]; // 32 physical, 48 virtual address bits
    default: return [0, 0, 0, 0];
  }
}
