// The processors that can be recorded on (--cpu): names, levels and feature words. Facts only; CPUID's leaves are made of them in engine/cpu,
// /proc/cpuinfo and the auxiliary vector in engine/kernel.

/** The x86-64 psABI's microarchitecture levels. */
export const CPU_LEVELS = ['v1', 'v2', 'v3'] as const;
export type CpuLevel = (typeof CPU_LEVELS)[number];
/** What a recording uses unless told otherwise. */
export const DEFAULT_CPU: CpuLevel = 'v1';

export interface CpuModel {
  /** Encoding rows of a higher level are undefined opcodes. */
  readonly level: 1 | 2 | 3;
  readonly vendor: string;
  readonly family: number; readonly model: number; readonly stepping: number;
  /** CPUID's brand string, at most 47 characters. */
  readonly brand: string;
  /** Highest basic leaf. */
  readonly maxLeaf: number;
  /** CPUID.1: EDX and ECX; CPUID.80000001h: EDX and ECX. */
  readonly leaf1Edx: number; readonly leaf1Ecx: number; readonly extEdx: number; readonly extEcx: number;
  /** CPUID.7: EBX; what XCR0 has, 0 without XSAVE. */
  readonly leaf7Ebx: number; readonly xcr0: number;
  /** /proc/cpuinfo's flags, in Linux's order (arch/x86/include/asm/cpufeatures.h). */
  readonly flags: string;
}

/** FPU VME DE PSE TSC MSR PAE MCE CX8 APIC SEP MTRR PGE MCA CMOV PAT PSE36 CLFSH MMX FXSR SSE SSE2. */
const BASE_EDX = 0x078bfbff;
const BASE_FLAGS = 'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 syscall nx';
const LINUX_FLAGS = 'lm constant_tsc rep_good nopl nonstop_tsc cpuid';

export const CPU_MODELS: Readonly<Record<CpuLevel, CpuModel>> = {
  // With SSE3, which x86-64-v1 does not ask for: Debian's numpy and Chromium refuse to start without it, and libraries choose the same code as without.
  v1: {
    level: 1, vendor: 'GenuineIntel', family: 6, model: 15, stepping: 1, brand: 'ktrace x86-64 baseline @ 1.00GHz', maxLeaf: 4,
    leaf1Edx: BASE_EDX, leaf1Ecx: 0x00002001, extEdx: 0x20100800, extEcx: 1, leaf7Ebx: 0, xcr0: 0, // SSE3 CMPXCHG16B; SYSCALL NX LM; LAHF
    flags: `${BASE_FLAGS} ${LINUX_FLAGS} pni cx16 lahf_lm`,
  },
  // The family and model of the first small cores with SSE4.2 (Silvermont), without what x86-64-v2 does not ask for: libraries know that on
  // these the string instructions of SSE4.2 are slow, and choose what is fast here too.
  v2: {
    level: 2, vendor: 'GenuineIntel', family: 6, model: 0x37, stepping: 8, brand: 'ktrace x86-64-v2 @ 1.00GHz', maxLeaf: 7,
    leaf1Edx: BASE_EDX, leaf1Ecx: 0x40982201, extEdx: 0x28100800, extEcx: 1, leaf7Ebx: 0, xcr0: 0, // SSE3 SSSE3 CMPXCHG16B SSE4.1 SSE4.2 POPCNT RDRAND; RDTSCP too; LAHF
    flags: `${BASE_FLAGS} rdtscp ${LINUX_FLAGS} pni ssse3 cx16 sse4_1 sse4_2 popcnt rdrand lahf_lm`,
  },
  // The family and model of the first processor of this level (Haswell), without what the level does not ask for (AES, PCLMULQDQ, FSGSBASE, ERMS).
  v3: {
    level: 3, vendor: 'GenuineIntel', family: 6, model: 0x3c, stepping: 3, brand: 'ktrace x86-64-v3 @ 1.00GHz', maxLeaf: 13,
    leaf1Edx: BASE_EDX, leaf1Ecx: 0x7cd83201, extEdx: 0x28100800, extEcx: 0x21, // of v2, and FMA MOVBE XSAVE OSXSAVE AVX F16C; LAHF LZCNT
    leaf7Ebx: 0x128, xcr0: 7, // BMI1 AVX2 BMI2
    flags: `${BASE_FLAGS} rdtscp ${LINUX_FLAGS} pni ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt xsave avx f16c rdrand lahf_lm abm bmi1 avx2 bmi2 xsaveopt xsavec xgetbv1`,
  },
};
