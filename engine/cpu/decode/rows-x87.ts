// Encoding rows of the x87 (SDM vol. 2; opcode maps D8–DF in appendix A.5). Names ending in _i write ST(i) instead of ST(0).
import type { Row } from './insn.ts';

/** By the reg field of D8/DA/DC/DE; in the register forms of DC and DE sub and subr, div and divr change places. */
const ARITH = ['fadd', 'fmul', 'fcom', 'fcomp', 'fsub', 'fsubr', 'fdiv', 'fdivr'] as const;
const cost = (name: string): string => (name.startsWith('fdiv') || name.startsWith('fidiv') ? 'fpdiv' : 'x87');
const reversed = (i: number): string => ARITH[i < 4 ? i : i ^ 1]!;
const integer = (name: string): string => `fi${name.slice(1)}`;

export const X87_ROWS: readonly Row[] = [
  ...ARITH.flatMap((name, i): Row[] => [
    [`d8/${i}m`, name, 'Md', cost(name)], [`d8/${i}r`, name, 'T', cost(name)], [`dc/${i}m`, name, 'Mq', cost(name)],
    [`da/${i}m`, integer(name), 'Md', cost(name)], [`de/${i}m`, integer(name), 'Mw', cost(name)],
  ]),
  ...[0, 1, 4, 5, 6, 7].flatMap((i): Row[] => [[`dc/${i}r`, `${reversed(i)}_i`, 'T', cost(ARITH[i]!)], [`de/${i}r`, `${reversed(i)}p`, 'T', cost(ARITH[i]!)]]),
  ['dc/2r', 'fcom', 'T', 'x87'], ['dc/3r', 'fcomp', 'T', 'x87'], ['de/2r', 'fcomp', 'T', 'x87'], ['de=d9', 'fcompp', '', 'x87'],
  ['d9/0m', 'fld', 'Md', 'x87'], ['dd/0m', 'fld', 'Mq', 'x87'], ['db/5m', 'fld', 'Mt', 'x87'], ['d9/0r', 'fld', 'T', 'x87'],
  ['df/0m', 'fild', 'Mw', 'x87'], ['db/0m', 'fild', 'Md', 'x87'], ['df/5m', 'fild', 'Mq', 'x87'], ['df/4m', 'fbld', 'Mt', 'x87'],
  ['d9/2m', 'fst', 'Md', 'x87'], ['dd/2m', 'fst', 'Mq', 'x87'], ['dd/2r', 'fst', 'T', 'x87'],
  ['d9/3m', 'fstp', 'Md', 'x87'], ['dd/3m', 'fstp', 'Mq', 'x87'], ['db/7m', 'fstp', 'Mt', 'x87'], ['dd/3r', 'fstp', 'T', 'x87'],
  ['d9/3r', 'fstpnce', 'T', 'x87'], ['df/2r', 'fstp', 'T', 'x87'], ['df/3r', 'fstp', 'T', 'x87'],
  ['df/2m', 'fist', 'Mw', 'x87'], ['db/2m', 'fist', 'Md', 'x87'], ['df/3m', 'fistp', 'Mw', 'x87'], ['db/3m', 'fistp', 'Md', 'x87'], ['df/7m', 'fistp', 'Mq', 'x87'],
  ['df/1m', 'fisttp', 'Mw', 'x87'], ['db/1m', 'fisttp', 'Md', 'x87'], ['dd/1m', 'fisttp', 'Mq', 'x87'], ['df/6m', 'fbstp', 'Mt', 'x87'],
  ['d9/1r', 'fxch', 'T', 'x87'], ['dd/1r', 'fxch', 'T', 'x87'], ['df/1r', 'fxch', 'T', 'x87'],
  ['d9=e0', 'fchs', '', 'x87'], ['d9=e1', 'fabs', '', 'x87'], ['d9=e4', 'ftst', '', 'x87'], ['d9=e5', 'fxam', '', 'x87'],
  ['d9=e8', 'fld1', '', 'x87'], ['d9=e9', 'fldl2t', '', 'x87'], ['d9=ea', 'fldl2e', '', 'x87'], ['d9=eb', 'fldpi', '', 'x87'], ['d9=ec', 'fldlg2', '', 'x87'], ['d9=ed', 'fldln2', '', 'x87'], ['d9=ee', 'fldz', '', 'x87'],
  ['d9=f0', 'f2xm1', '', 'fpdiv'], ['d9=f1', 'fyl2x', '', 'fpdiv'], ['d9=f2', 'fptan', '', 'fpdiv'], ['d9=f3', 'fpatan', '', 'fpdiv'], ['d9=f4', 'fxtract', '', 'x87'], ['d9=f5', 'fprem1', '', 'fpdiv'],
  ['d9=f6', 'fdecstp', '', 'x87'], ['d9=f7', 'fincstp', '', 'x87'], ['d9=f8', 'fprem', '', 'fpdiv'], ['d9=f9', 'fyl2xp1', '', 'fpdiv'], ['d9=fa', 'fsqrt', '', 'fpdiv'], ['d9=fb', 'fsincos', '', 'fpdiv'],
  ['d9=fc', 'frndint', '', 'x87'], ['d9=fd', 'fscale', '', 'x87'], ['d9=fe', 'fsin', '', 'fpdiv'], ['d9=ff', 'fcos', '', 'fpdiv'], ['d9=d0', 'fnop', '', 'x87'],
  ['da/0r', 'fcmovb', 'T', 'x87'], ['da/1r', 'fcmove', 'T', 'x87'], ['da/2r', 'fcmovbe', 'T', 'x87'], ['da/3r', 'fcmovu', 'T', 'x87'],
  ['db/0r', 'fcmovnb', 'T', 'x87'], ['db/1r', 'fcmovne', 'T', 'x87'], ['db/2r', 'fcmovnbe', 'T', 'x87'], ['db/3r', 'fcmovnu', 'T', 'x87'],
  ['da=e9', 'fucompp', '', 'x87'], ['dd/4r', 'fucom', 'T', 'x87'], ['dd/5r', 'fucomp', 'T', 'x87'],
  ['db/5r', 'fucomi', 'T', 'x87'], ['db/6r', 'fcomi', 'T', 'x87'], ['df/5r', 'fucomip', 'T', 'x87'], ['df/6r', 'fcomip', 'T', 'x87'],
  ['dd/0r', 'ffree', 'T', 'x87'], ['df/0r', 'ffreep', 'T', 'x87'],
  ['db=e2', 'fnclex', '', 'x87'], ['db=e3', 'fninit', '', 'x87'], ['db=e0', 'nop', ''], ['db=e1', 'nop', ''], ['db=e4', 'nop', ''],
  ['d9/5m', 'fldcw', 'Mw', 'x87'], ['d9/7m', 'fnstcw', 'Mw', 'x87'], ['dd/7m', 'fnstsw', 'Mw', 'x87'], ['df=e0', 'fnstsw', 'AX', 'x87'],
  ['d9/4m', 'fldenv', 'M28', 'x87'], ['d9/6m', 'fnstenv', 'M28', 'x87'], ['dd/4m', 'frstor', 'M108', 'x87'], ['dd/6m', 'fnsave', 'M108', 'x87'],
  ['9b', 'fwait', '', 'x87'],
];
