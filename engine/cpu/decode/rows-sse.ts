// Encoding rows of SSE, SSE2 and SSE3 on xmm registers, MXCSR and FXSAVE (SDM vol. 2; MMX forms are in rows-mmx.ts).
import type { Row } from './insn.ts';
import { V2_SSE_ROWS } from './rows-v2.ts';

/** Packed integer instructions `66 0F op /r xmm, xmm/m128`; the same opcodes without 66 are MMX's. */
export const PACKED_INT: readonly (readonly [string, string])[] = [
  ['60', 'punpcklbw'], ['61', 'punpcklwd'], ['62', 'punpckldq'], ['63', 'packsswb'], ['64', 'pcmpgtb'], ['65', 'pcmpgtw'], ['66', 'pcmpgtd'], ['67', 'packuswb'],
  ['68', 'punpckhbw'], ['69', 'punpckhwd'], ['6a', 'punpckhdq'], ['6b', 'packssdw'], ['74', 'pcmpeqb'], ['75', 'pcmpeqw'], ['76', 'pcmpeqd'],
  ['d1', 'psrlw'], ['d2', 'psrld'], ['d3', 'psrlq'], ['d4', 'paddq'], ['d5', 'pmullw'], ['d8', 'psubusb'], ['d9', 'psubusw'], ['da', 'pminub'], ['db', 'pand'],
  ['dc', 'paddusb'], ['dd', 'paddusw'], ['de', 'pmaxub'], ['df', 'pandn'], ['e0', 'pavgb'], ['e1', 'psraw'], ['e2', 'psrad'], ['e3', 'pavgw'], ['e4', 'pmulhuw'], ['e5', 'pmulhw'],
  ['e8', 'psubsb'], ['e9', 'psubsw'], ['ea', 'pminsw'], ['eb', 'por'], ['ec', 'paddsb'], ['ed', 'paddsw'], ['ee', 'pmaxsw'], ['ef', 'pxor'],
  ['f1', 'psllw'], ['f2', 'pslld'], ['f3', 'psllq'], ['f4', 'pmuludq'], ['f5', 'pmaddwd'], ['f6', 'psadbw'],
  ['f8', 'psubb'], ['f9', 'psubw'], ['fa', 'psubd'], ['fb', 'psubq'], ['fc', 'paddb'], ['fd', 'paddw'], ['fe', 'paddd'],
];

/** Float arithmetic with the four forms ps pd ss sd. */
export const ARITH: readonly (readonly [string, string, string])[] = [
  ['51', 'sqrt', 'fpdiv'], ['58', 'add', 'fp'], ['59', 'mul', 'fp'], ['5c', 'sub', 'fp'], ['5d', 'min', 'fp'], ['5e', 'div', 'fpdiv'], ['5f', 'max', 'fp'],
];

/** Shifts by an immediate: opcode byte, reg field, mnemonic. */
export const IMM_SHIFTS: readonly (readonly [string, number, string])[] = [
  ['71', 2, 'psrlw'], ['71', 4, 'psraw'], ['71', 6, 'psllw'], ['72', 2, 'psrld'], ['72', 4, 'psrad'], ['72', 6, 'pslld'], ['73', 2, 'psrlq'], ['73', 6, 'psllq'],
];

export const SSE_ROWS: readonly Row[] = [
  // moves
  ['np0f10/r', 'movups', 'Vx Wx'], ['np0f11/r', 'movups', 'Wx Vx'], ['660f10/r', 'movupd', 'Vx Wx'], ['660f11/r', 'movupd', 'Wx Vx'],
  ['f30f10/r', 'movss', 'Vx Wd'], ['f30f11/r', 'movss', 'Wd Vx'], ['f20f10/r', 'movsd.sse', 'Vx Wq'], ['f20f11/r', 'movsd.sse', 'Wq Vx'],
  ['np0f12/rm', 'movlps', 'Vx Mq'], ['np0f12/rr', 'movhlps', 'Vx Ux'], ['np0f13/rm', 'movlps', 'Mq Vx'], ['660f12/rm', 'movlpd', 'Vx Mq'], ['660f13/rm', 'movlpd', 'Mq Vx'],
  ['np0f16/rm', 'movhps', 'Vx Mq'], ['np0f16/rr', 'movlhps', 'Vx Ux'], ['np0f17/rm', 'movhps', 'Mq Vx'], ['660f16/rm', 'movhpd', 'Vx Mq'], ['660f17/rm', 'movhpd', 'Mq Vx'],
  ['np0f28/r', 'movaps', 'Vx Wx'], ['np0f29/r', 'movaps', 'Wx Vx'], ['660f28/r', 'movapd', 'Vx Wx'], ['660f29/r', 'movapd', 'Wx Vx'],
  ['np0f2b/rm', 'movntps', 'Mx Vx'], ['660f2b/rm', 'movntpd', 'Mx Vx'], ['660fe7/rm', 'movntdq', 'Mx Vx'],
  ['660f6f/r', 'movdqa', 'Vx Wx'], ['660f7f/r', 'movdqa', 'Wx Vx'], ['f30f6f/r', 'movdqu', 'Vx Wx'], ['f30f7f/r', 'movdqu', 'Wx Vx'],
  ['660f6e/r', 'movd', 'Vx Ey'], ['660f7e/r', 'movd', 'Ey Vx'], ['f30f7e/r', 'movq', 'Vx Wq'], ['660fd6/r', 'movq', 'Wq Vx'],
  ['np0f50/rr', 'movmskps', 'Gd Ux'], ['660f50/rr', 'movmskpd', 'Gd Ux'], ['660fd7/rr', 'pmovmskb', 'Gd Ux'], ['660ff7/rr', 'maskmovdqu', 'Vx Ux Xb'],
  ['f30fd6/rr', 'movq2dq', 'Vx Nq'], ['f20fd6/rr', 'movdq2q', 'Pq Ux'],
  // logic and shuffles on floats
  ['np0f54/r', 'andps', 'Vx Wx'], ['660f54/r', 'andpd', 'Vx Wx'], ['np0f55/r', 'andnps', 'Vx Wx'], ['660f55/r', 'andnpd', 'Vx Wx'],
  ['np0f56/r', 'orps', 'Vx Wx'], ['660f56/r', 'orpd', 'Vx Wx'], ['np0f57/r', 'xorps', 'Vx Wx'], ['660f57/r', 'xorpd', 'Vx Wx'],
  ['np0f14/r', 'unpcklps', 'Vx Wx'], ['660f14/r', 'unpcklpd', 'Vx Wx'], ['np0f15/r', 'unpckhps', 'Vx Wx'], ['660f15/r', 'unpckhpd', 'Vx Wx'],
  ['np0fc6/r', 'shufps', 'Vx Wx Ib'], ['660fc6/r', 'shufpd', 'Vx Wx Ib'],
  // packed integers
  ...PACKED_INT.map(([op, name]): Row => [`660f${op}/r`, name, 'Vx Wx', /^pm(u|a)[ld]/.test(name) ? 'mul' : undefined].filter((x) => x !== undefined) as unknown as Row),
  ['660f6c/r', 'punpcklqdq', 'Vx Wx'], ['660f6d/r', 'punpckhqdq', 'Vx Wx'],
  ...IMM_SHIFTS.map(([op, reg, name]): Row => [`660f${op}/${reg}r`, name, 'Ux Ib']),
  ['660f73/3r', 'psrldq', 'Ux Ib'], ['660f73/7r', 'pslldq', 'Ux Ib'],
  ['660f70/r', 'pshufd', 'Vx Wx Ib'], ['f20f70/r', 'pshuflw', 'Vx Wx Ib'], ['f30f70/r', 'pshufhw', 'Vx Wx Ib'],
  ['660fc4/rr', 'pinsrw', 'Vx Ed Ib'], ['660fc4/rm', 'pinsrw', 'Vx Mw Ib'], ['660fc5/rr', 'pextrw', 'Gd Ux Ib'],
  // float arithmetic
  ...ARITH.flatMap(([op, name, cost]): Row[] => [[`np0f${op}/r`, `${name}ps`, 'Vx Wx', cost], [`660f${op}/r`, `${name}pd`, 'Vx Wx', cost], [`f30f${op}/r`, `${name}ss`, 'Vx Wd', cost], [`f20f${op}/r`, `${name}sd`, 'Vx Wq', cost]]),
  ['np0f52/r', 'rsqrtps', 'Vx Wx', 'fp'], ['f30f52/r', 'rsqrtss', 'Vx Wd', 'fp'], ['np0f53/r', 'rcpps', 'Vx Wx', 'fp'], ['f30f53/r', 'rcpss', 'Vx Wd', 'fp'],
  ['np0fc2/r', 'cmpps', 'Vx Wx Ib', 'fp immform'], ['660fc2/r', 'cmppd', 'Vx Wx Ib', 'fp immform'], ['f30fc2/r', 'cmpss', 'Vx Wd Ib', 'fp immform'], ['f20fc2/r', 'cmpsd.sse', 'Vx Wq Ib', 'fp immform'],
  ['np0f2e/r', 'ucomiss', 'Vx Wd', 'fp'], ['660f2e/r', 'ucomisd', 'Vx Wq', 'fp'], ['np0f2f/r', 'comiss', 'Vx Wd', 'fp'], ['660f2f/r', 'comisd', 'Vx Wq', 'fp'],
  // conversions
  ['f30f2a/r', 'cvtsi2ss', 'Vx Ey', 'fp'], ['f20f2a/r', 'cvtsi2sd', 'Vx Ey', 'fp'], ['f30f2c/r', 'cvttss2si', 'Gy Wd', 'fp'], ['f20f2c/r', 'cvttsd2si', 'Gy Wq', 'fp'],
  ['f30f2d/r', 'cvtss2si', 'Gy Wd', 'fp'], ['f20f2d/r', 'cvtsd2si', 'Gy Wq', 'fp'], ['f30f5a/r', 'cvtss2sd', 'Vx Wd', 'fp'], ['f20f5a/r', 'cvtsd2ss', 'Vx Wq', 'fp'],
  ['np0f5a/r', 'cvtps2pd', 'Vx Wq', 'fp'], ['660f5a/r', 'cvtpd2ps', 'Vx Wx', 'fp'], ['np0f5b/r', 'cvtdq2ps', 'Vx Wx', 'fp'], ['660f5b/r', 'cvtps2dq', 'Vx Wx', 'fp'], ['f30f5b/r', 'cvttps2dq', 'Vx Wx', 'fp'],
  ['660fe6/r', 'cvttpd2dq', 'Vx Wx', 'fp'], ['f30fe6/r', 'cvtdq2pd', 'Vx Wq', 'fp'], ['f20fe6/r', 'cvtpd2dq', 'Vx Wx', 'fp'],
  // control
  ['np0fae/0m', 'fxsave', 'M512', 'x87'], ['np0fae/1m', 'fxrstor', 'M512', 'x87'], ['np0fae/2m', 'ldmxcsr', 'Md', 'fp'], ['np0fae/3m', 'stmxcsr', 'Md', 'fp'],
  // SSE3
  ['660fd0/r', 'addsubpd', 'Vx Wx', 'fp'], ['f20fd0/r', 'addsubps', 'Vx Wx', 'fp'], ['660f7c/r', 'haddpd', 'Vx Wx', 'fp'], ['f20f7c/r', 'haddps', 'Vx Wx', 'fp'],
  ['660f7d/r', 'hsubpd', 'Vx Wx', 'fp'], ['f20f7d/r', 'hsubps', 'Vx Wx', 'fp'], ['f20ff0/rm', 'lddqu', 'Vx Mx'],
  ['f20f12/r', 'movddup', 'Vx Wq'], ['f30f12/r', 'movsldup', 'Vx Wx'], ['f30f16/r', 'movshdup', 'Vx Wx'],
  ...V2_SSE_ROWS,
];
