// Encoding rows of MMX and of the SSE instructions on mm registers (SDM vol. 2). The same opcodes with 66 are in rows-sse.ts.
import type { Row } from './insn.ts';
import { IMM_SHIFTS, PACKED_INT } from './rows-sse.ts';
import { V2_MMX_ROWS } from './rows-v2.ts';

export const MMX_ROWS: readonly Row[] = [
  ...PACKED_INT.map(([op, name]): Row => [`np0f${op}/r`, name, /^punpckl/.test(name) ? 'Pq Qd' : 'Pq Qq']),
  ...IMM_SHIFTS.map(([op, reg, name]): Row => [`np0f${op}/${reg}r`, name, 'Nq Ib']),
  ['np0f6e/r', 'movd', 'Pq Ey'], ['np0f7e/r', 'movd', 'Ey Pq'], ['np0f6f/r', 'movq', 'Pq Qq'], ['np0f7f/r', 'movq', 'Qq Pq'],
  ['np0fe7/rm', 'movntq', 'Mq Pq'], ['np0ff7/rr', 'maskmovq', 'Pq Nq Xb'], ['np0fd7/rr', 'pmovmskb', 'Gd Nq'],
  ['np0f70/r', 'pshufw', 'Pq Qq Ib'], ['np0fc4/rr', 'pinsrw', 'Pq Ed Ib'], ['np0fc4/rm', 'pinsrw', 'Pq Mw Ib'], ['np0fc5/rr', 'pextrw', 'Gd Nq Ib'],
  ['np0f2a/r', 'cvtpi2ps', 'Vx Qq', 'fp'], ['660f2a/r', 'cvtpi2pd', 'Vx Qq', 'fp'], ['np0f2c/r', 'cvttps2pi', 'Pq Wq', 'fp'], ['np0f2d/r', 'cvtps2pi', 'Pq Wq', 'fp'],
  ['660f2c/r', 'cvttpd2pi', 'Pq Wx', 'fp'], ['660f2d/r', 'cvtpd2pi', 'Pq Wx', 'fp'],
  ['np0f77', 'emms', '', 'x87'],
  ...V2_MMX_ROWS,
];
