// Encoding rows that x86-64-v2 adds (SDM vol. 2) to what our model of v1 has: SSSE3, SSE4.1, SSE4.2, POPCNT, CRC32; and RDRAND, which our model of that level has. They join the families of rows-int, rows-sse and rows-mmx.
import type { Row } from './insn.ts';

/** SSSE3 instructions with an mm and an xmm form: opcode in map 0F38, mnemonic. */
export const SSSE3: readonly (readonly [string, string])[] = [
  ['00', 'pshufb'], ['01', 'phaddw'], ['02', 'phaddd'], ['03', 'phaddsw'], ['04', 'pmaddubsw'], ['05', 'phsubw'], ['06', 'phsubd'], ['07', 'phsubsw'],
  ['08', 'psignb'], ['09', 'psignw'], ['0a', 'psignd'], ['0b', 'pmulhrsw'], ['1c', 'pabsb'], ['1d', 'pabsw'], ['1e', 'pabsd'],
];
/** SSE4 instructions `66 0F 38 op /r xmm, xmm/m128`. */
export const PACKED: readonly (readonly [string, string, string?])[] = [
  ['10', 'pblendvb'], ['14', 'blendvps'], ['15', 'blendvpd'], ['17', 'ptest'], ['28', 'pmuldq', 'mul'], ['29', 'pcmpeqq'], ['2b', 'packusdw'], ['37', 'pcmpgtq'],
  ['38', 'pminsb'], ['39', 'pminsd'], ['3a', 'pminuw'], ['3b', 'pminud'], ['3c', 'pmaxsb'], ['3d', 'pmaxsd'], ['3e', 'pmaxuw'], ['3f', 'pmaxud'], ['40', 'pmulld', 'mul'], ['41', 'phminposuw'],
];
export const EXTEND: readonly (readonly [string, string, string])[] = [['0', 'bw', 'q'], ['1', 'bd', 'd'], ['2', 'bq', 'w'], ['3', 'wd', 'q'], ['4', 'wq', 'd'], ['5', 'dq', 'q']];

export const V2_SSE_ROWS: readonly Row[] = [
  ...SSSE3.map(([op, name]): Row => [`660f38${op}/r`, name, 'Vx Wx', 'v2']), ['660f3a0f/r', 'palignr', 'Vx Wx Ib', 'v2'],
  ...PACKED.map(([op, name, cost = '']): Row => [`660f38${op}/r`, name, 'Vx Wx', `${cost} v2`]),
  ...EXTEND.flatMap(([n, name, width]): Row[] => [[`660f382${n}/r`, `pmovsx${name}`, `Vx W${width}`, 'v2'], [`660f383${n}/r`, `pmovzx${name}`, `Vx W${width}`, 'v2']]),
  ['660f382a/rm', 'movntdqa', 'Vx Mx', 'v2'],
  ['660f3a08/r', 'roundps', 'Vx Wx Ib', 'fp v2'], ['660f3a09/r', 'roundpd', 'Vx Wx Ib', 'fp v2'], ['660f3a0a/r', 'roundss', 'Vx Wd Ib', 'fp v2'], ['660f3a0b/r', 'roundsd', 'Vx Wq Ib', 'fp v2'],
  ['660f3a0c/r', 'blendps', 'Vx Wx Ib', 'v2'], ['660f3a0d/r', 'blendpd', 'Vx Wx Ib', 'v2'], ['660f3a0e/r', 'pblendw', 'Vx Wx Ib', 'v2'],
  ['660f3a14/rr', 'pextrb', 'Rd Vx Ib', 'v2'], ['660f3a14/rm', 'pextrb', 'Mb Vx Ib', 'v2'], ['660f3a15/rr', 'pextrw', 'Rd Vx Ib', 'v2'], ['660f3a15/rm', 'pextrw', 'Mw Vx Ib', 'v2'],
  ['660f3a16/r', 'pextrd', 'Ey Vx Ib', 'v2'], ['660f3a17/r', 'extractps', 'Ed Vx Ib', 'v2'],
  ['660f3a20/rr', 'pinsrb', 'Vx Rd Ib', 'v2'], ['660f3a20/rm', 'pinsrb', 'Vx Mb Ib', 'v2'], ['660f3a21/r', 'insertps', 'Vx Wd Ib', 'v2'], ['660f3a22/r', 'pinsrd', 'Vx Ey Ib', 'v2'],
  ['660f3a40/r', 'dpps', 'Vx Wx Ib', 'fp immform v2'], ['660f3a41/r', 'dppd', 'Vx Wx Ib', 'fp immform v2'], ['660f3a42/r', 'mpsadbw', 'Vx Wx Ib', 'mul v2'],
  ['660f3a60/r', 'pcmpestrm', 'Vx Wx Ib', 'mul v2'], ['660f3a61/r', 'pcmpestri', 'Vx Wx Ib', 'mul v2'], ['660f3a62/r', 'pcmpistrm', 'Vx Wx Ib', 'mul v2'], ['660f3a63/r', 'pcmpistri', 'Vx Wx Ib', 'mul v2'],
];
export const V2_MMX_ROWS: readonly Row[] = [...SSSE3.map(([op, name]): Row => [`np0f38${op}/r`, name, 'Pq Qq', 'v2']), ['np0f3a0f/r', 'palignr', 'Pq Qq Ib', 'v2']];
export const V2_INT_ROWS: readonly Row[] = [['f30fb8/r', 'popcnt', 'Gv Ev', 'v2'], ['f20f38f0/r', 'crc32', 'Gy Eb', 'v2'], ['f20f38f1/r', 'crc32', 'Gy Ev', 'v2'], ['0fc7/6r', 'rdrand', 'Rv', 'mul v2']];
