// Encodings of the integer instructions in 64-bit mode (SDM vol. 2). Forms of other families: rows-sse.ts, rows-x87.ts.
import type { Row } from './insn.ts';
import { V2_INT_ROWS } from './rows-v2.ts';

const alu = ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'].flatMap((name, n): Row[] => {
  const op = (k: number): string => (n * 8 + k).toString(16).padStart(2, '0');
  const lock = name === 'cmp' ? '' : 'lock';
  return [
    [`${op(0)}/r`, name, 'Eb Gb', lock], [`${op(1)}/r`, name, 'Ev Gv', lock], [`${op(2)}/r`, name, 'Gb Eb'], [`${op(3)}/r`, name, 'Gv Ev'],
    [op(4), name, 'AL Ib'], [op(5), name, 'eAX Iz'],
    [`80/${n}`, name, 'Eb Ib', lock], [`81/${n}`, name, 'Ev Iz', lock], [`83/${n}`, name, 'Ev Ib', lock],
  ];
});
const shifts = ['rol', 'ror', 'rcl', 'rcr', 'shl', 'shr', 'shl', 'sar'].flatMap((name, n): Row[] => [
  [`c0/${n}`, name, 'Eb Ib'], [`c1/${n}`, name, 'Ev Ib'], [`d0/${n}`, name, 'Eb 1'], [`d1/${n}`, name, 'Ev 1'], [`d2/${n}`, name, 'Eb CL'], [`d3/${n}`, name, 'Ev CL'],
]);
const bits = (['bt', 'bts', 'btr', 'btc'] as const).flatMap((name, n): Row[] => {
  const lock = name === 'bt' ? '' : 'lock';
  return [[`0f${(0xa3 + n * 8).toString(16)}/r`, `${name}`, 'Ev Gv', lock], [`0fba/${n + 4}`, `${name}_i`, 'Ev Ib', lock]];
});
const string = (opcode: number, name: string): Row[] => [
  [opcode.toString(16), name, 'Xb', 'own rep string'], [(opcode + 1).toString(16), name, 'Xv', 'own rep string'],
];

export const INT_ROWS: readonly Row[] = [
  ...alu, ...shifts, ...bits,
  ['50+r', 'push', 'Zv', 'd64'], ['58+r', 'pop', 'Zv', 'd64'], ['8f/0', 'pop', 'Ev', 'd64'], ['ff/6', 'push', 'Ev', 'd64'],
  ['68', 'push', 'Iz', 'd64'], ['6a', 'push', 'Ib', 'd64'],
  ['63/r', 'movsxd', 'Gv Ed'],
  ['69/r', 'imul3', 'Gv Ev Iz', 'mul'], ['6b/r', 'imul3', 'Gv Ev Ib', 'mul'], ['0faf/r', 'imul2', 'Gv Ev', 'mul'],
  ['70+cc', 'jcc', 'Jb', 'f64 end'], ['0f80+cc', 'jcc', 'Jz', 'f64 end'], ['0f90+cc/r', 'setcc', 'Eb'], ['0f40+cc/r', 'cmovcc', 'Gv Ev'],
  ['84/r', 'test', 'Eb Gb'], ['85/r', 'test', 'Ev Gv'], ['a8', 'test', 'AL Ib'], ['a9', 'test', 'eAX Iz'],
  ['f6/0', 'test', 'Eb Ib'], ['f6/1', 'test', 'Eb Ib'], ['f7/0', 'test', 'Ev Iz'], ['f7/1', 'test', 'Ev Iz'],
  ['86/r', 'xchg', 'Eb Gb', 'lock'], ['87/r', 'xchg', 'Ev Gv', 'lock'],
  ['90', 'nop', ''], ['90+r', 'xchg', 'Zv eAX'], ['f390', 'nop', ''],
  ['88/r', 'mov', 'Eb Gb'], ['89/r', 'mov', 'Ev Gv'], ['8a/r', 'mov', 'Gb Eb'], ['8b/r', 'mov', 'Gv Ev'],
  ['8c/r', 'mov_from_sreg', 'Ev Sw'], ['8e/r', 'mov_to_sreg', 'Sw Ew'],
  ['c6/0', 'mov', 'Eb Ib'], ['c7/0', 'mov', 'Ev Iz'], ['b0+r', 'mov', 'Zb Ib'], ['b8+r', 'mov', 'Zv Iv'],
  ['a0', 'mov', 'AL Ob'], ['a1', 'mov', 'eAX Ov'], ['a2', 'mov', 'Ob AL'], ['a3', 'mov', 'Ov eAX'],
  ['8d/rm', 'lea', 'Gv Mv'],
  ['98', 'cbw', ''], ['99', 'cwd', ''],
  ['9c', 'pushf', '', 'd64'], ['9d', 'popf', '', 'd64 end'], ['9e', 'sahf', ''], ['9f', 'lahf', ''],
  ...string(0xa4, 'movs'), ...string(0xa6, 'cmps'), ...string(0xaa, 'stos'), ...string(0xac, 'lods'), ...string(0xae, 'scas'),
  ['c2', 'ret', 'Iw', 'f64 end'], ['c3', 'ret', '', 'f64 end'], ['c8', 'enter', 'Iw Ib', 'd64'], ['c9', 'leave', '', 'd64'],
  ['cc', 'int3', '', 'end'], ['cd', 'int', 'Ib', 'end immform'], ['f1', 'int1', '', 'end'],
  ['d7', 'xlat', 'Xb'],
  ['e0', 'loopne', 'K Jb', 'f64 end'], ['e1', 'loope', 'K Jb', 'f64 end'], ['e2', 'loop', 'K Jb', 'f64 end'], ['e3', 'jrcxz', 'K Jb', 'f64 end'],
  ['e8', 'call', 'Jz', 'f64 end'], ['e9', 'jmp', 'Jz', 'f64 end'], ['eb', 'jmp', 'Jb', 'f64 end'],
  ['ff/2', 'call_e', 'Eq', 'f64 end'], ['ff/4', 'jmp_e', 'Eq', 'f64 end'],
  ['e4', 'privileged', 'Ib', 'end'], ['e5', 'privileged', 'Ib', 'end'], ['e6', 'privileged', 'Ib', 'end'], ['e7', 'privileged', 'Ib', 'end'],
  ['ec', 'privileged', '', 'end'], ['ed', 'privileged', '', 'end'], ['ee', 'privileged', '', 'end'], ['ef', 'privileged', '', 'end'],
  ['6c', 'privileged', '', 'end'], ['6d', 'privileged', '', 'end'], ['6e', 'privileged', '', 'end'], ['6f', 'privileged', '', 'end'],
  ['f4', 'privileged', '', 'end'], ['fa', 'privileged', '', 'end'], ['fb', 'privileged', '', 'end'],
  ['0f06', 'privileged', '', 'end'], ['0f08', 'privileged', '', 'end'], ['0f09', 'privileged', '', 'end'], ['0f07', 'privileged', '', 'end'],
  ['0f30', 'privileged', '', 'end'], ['0f32', 'privileged', '', 'end'], ['0f33', 'privileged', '', 'end'], ['0f35', 'privileged', '', 'end'],
  ['0f20/r', 'privileged', 'Cq', 'end'], ['0f21/r', 'privileged', 'Dq', 'end'], ['0f22/r', 'privileged', 'Cq', 'end'], ['0f23/r', 'privileged', 'Dq', 'end'],
  ['0f00/0r', 'sldt', 'Rq'], ['0f00/0m', 'sldt', 'Mw'], ['0f00/1r', 'str', 'Rq'], ['0f00/1m', 'str', 'Mw'], ['0f00/2', 'privileged', '', 'end'], ['0f00/3', 'privileged', '', 'end'],
  ['0f00/4', 'verr', 'Ew'], ['0f00/5', 'verw', 'Ew'], ['0f02/r', 'lar', 'Gv Ew'], ['0f03/r', 'lsl', 'Gv Ew'],
  ['0f01/0m', 'sgdt', 'M10'], ['0f01/1m', 'sidt', 'M10'], ['0f01/2m', 'privileged', '', 'end'], ['0f01/3m', 'privileged', '', 'end'],
  ['0f01/4r', 'smsw', 'Rq'], ['0f01/4m', 'smsw', 'Mw'], ['0f01/6', 'privileged', '', 'end'], ['0f01/7m', 'privileged', '', 'end'], ['0f01=f8', 'privileged', '', 'end'],
  ['ca', 'lret', 'Iw', 'end'], ['cb', 'lret', '', 'end'], ['cf', 'iret', '', 'end'], ['ff/3m', 'lcall', 'M', 'end'], ['ff/5m', 'ljmp', 'M', 'end'],
  ['f5', 'cmc', ''], ['f8', 'clc', ''], ['f9', 'stc', ''], ['fc', 'cld', ''], ['fd', 'std', ''],
  ['f6/2', 'not', 'Eb', 'lock'], ['f7/2', 'not', 'Ev', 'lock'], ['f6/3', 'neg', 'Eb', 'lock'], ['f7/3', 'neg', 'Ev', 'lock'],
  ['f6/4', 'mul', 'Eb', 'mul size8'], ['f7/4', 'mul', 'Ev', 'mul'], ['f6/5', 'imul1', 'Eb', 'mul size8'], ['f7/5', 'imul1', 'Ev', 'mul'],
  ['f6/6', 'div', 'Eb', 'div size8'], ['f7/6', 'div', 'Ev', 'div'], ['f6/7', 'idiv', 'Eb', 'div size8'], ['f7/7', 'idiv', 'Ev', 'div'],
  ['fe/0', 'inc', 'Eb', 'lock'], ['ff/0', 'inc', 'Ev', 'lock'], ['fe/1', 'dec', 'Eb', 'lock'], ['ff/1', 'dec', 'Ev', 'lock'],
  ['0f05', 'syscall', '', 'end'], ['0f0b', 'ud2', '', 'end'], ['0fb9/r', 'ud2', '', 'end'], ['0fff/r', 'ud2', '', 'end'],
  ['0f0d/rm', 'nop', 'Ev'], ['0f18/r', 'nop', 'Ev'], ['0f19/r', 'nop', 'Ev'], ['0f1a/r', 'nop', 'Ev'], ['0f1b/r', 'nop', 'Ev'],
  ['0f1c/r', 'nop', 'Ev'], ['0f1d/r', 'nop', 'Ev'], ['0f1e/r', 'nop', 'Ev'], ['0f1f/r', 'nop', 'Ev'],
  ['0f31', 'rdtsc', '', 'own'], ['0f01=f9', 'rdtscp', '', 'own v2'],
  ['0fa2', 'cpuid', '', 'cpuid'],
  ['0fa4/r', 'shld', 'Ev Gv Ib'], ['0fa5/r', 'shld', 'Ev Gv CL'], ['0fac/r', 'shrd', 'Ev Gv Ib'], ['0fad/r', 'shrd', 'Ev Gv CL'],
  ['np0fae/7m', 'clflush', 'Mb'], ['np0fae/5r', 'nop', 'Ed', 'fence'], ['np0fae/6r', 'nop', 'Ed', 'fence'], ['np0fae/7r', 'nop', 'Ed', 'fence'], // lfence, mfence, sfence
  ['np0fc3/rm', 'mov', 'My Gy'], // movnti
  ['0fb0/r', 'cmpxchg', 'Eb Gb', 'lock'], ['0fb1/r', 'cmpxchg', 'Ev Gv', 'lock'], ['0fc0/r', 'xadd', 'Eb Gb', 'lock'], ['0fc1/r', 'xadd', 'Ev Gv', 'lock'],
  ['0fc7/1m', 'cmpxchg8b', 'My', 'lock atomic'],
  ['0fb6/r', 'movzx', 'Gv Eb'], ['0fb7/r', 'movzx', 'Gv Ew'], ['0fbe/r', 'movsx', 'Gv Eb'], ['0fbf/r', 'movsx', 'Gv Ew'],
  ['0fbc/r', 'bsf', 'Gv Ev'], ['0fbd/r', 'bsr', 'Gv Ev'],
  ['0fc8+r', 'bswap', 'Zv'],
  ['0fb2/rm', 'lss', 'Gv M'], ['0fb4/rm', 'lfs', 'Gv M'], ['0fb5/rm', 'lgs', 'Gv M'],
  ['0fa0', 'push_fs', '', 'd64'], ['0fa8', 'push_gs', '', 'd64'], ['0fa1', 'pop_fs', '', 'd64'], ['0fa9', 'pop_gs', '', 'd64'],
  ...V2_INT_ROWS,
];
