// Encoding rows that x86-64-v3 adds (SDM vol. 2): LZCNT, TZCNT, MOVBE, BMI1, BMI2 and XSAVE; AVX, AVX2, FMA and F16C behind VEX. Packed instructions of SSE get their
// VEX forms from the same lists.
import type { Row } from './insn.ts';
import { ARITH, IMM_SHIFTS, PACKED_INT } from './rows-sse.ts';
import { EXTEND, PACKED, SSSE3 } from './rows-v2.ts';

export const BMI_ROWS: readonly Row[] = [
  ['f30fbc/r', 'tzcnt', 'Gv Ev', 'v3'], ['f30fbd/r', 'lzcnt', 'Gv Ev', 'v3'], ['0f38f0/rm', 'movbe', 'Gv Mv', 'v3'], ['0f38f1/rm', 'movbe', 'Mv Gv', 'v3'], ['f30f38f0/r', 'ud2', '', 'end'], ['f30f38f1/r', 'ud2', '', 'end'],
  ['v0.np0f38f2/r', 'andn', 'Gy By Ey'], ['v0.np0f38f3/1', 'blsr', 'By Ey'], ['v0.np0f38f3/2', 'blsmsk', 'By Ey'], ['v0.np0f38f3/3', 'blsi', 'By Ey'],
  ['v0.np0f38f5/r', 'bzhi', 'Gy Ey By'], ['v0.f30f38f5/r', 'pext', 'Gy By Ey', 'mul'], ['v0.f20f38f5/r', 'pdep', 'Gy By Ey', 'mul'], ['v0.f20f38f6/r', 'mulx', 'Gy By Ey', 'mul'],
  ['v0.np0f38f7/r', 'bextr', 'Gy Ey By'], ['v0.660f38f7/r', 'shlx', 'Gy Ey By'], ['v0.f30f38f7/r', 'sarx', 'Gy Ey By'], ['v0.f20f38f7/r', 'shrx', 'Gy Ey By'], ['v0.f20f3af0/r', 'rorx', 'Gy Ey Ib'],
  ['np0fae/4m', 'xsave', 'M576', 'x87 v3'], ['np0fae/5m', 'xrstor', 'M576', 'x87 v3'], ['np0fae/6m', 'xsaveopt', 'M576', 'x87 v3'], ['np0fc7/4m', 'xsavec', 'M576', 'x87 v3'],
  ['np0f01=d0', 'xgetbv', '', 'v3'], ['np0f01=d1', 'privileged', '', 'end v3'],
];

const SHIFT = /^ps(r[la]|ll)/, SCALAR: readonly (readonly [string, string, string])[] = [['f3', 'ss', 'd'], ['f2', 'sd', 'q']], PACKED_FLOAT: readonly (readonly [string, string])[] = [['np', 'ps'], ['66', 'pd']];
const MULTIPLY = /^pm(u|a)[ld]|^pmuldq/;
/** Float instructions `0F op` of ps and pd with two sources. */
const LOGIC: readonly (readonly [string, string])[] = [['54', 'and'], ['55', 'andn'], ['56', 'or'], ['57', 'xor'], ['14', 'unpckl'], ['15', 'unpckh']];
/** By the low half of opcodes 96–9F, A6–AF and B6–BF; packed and scalar. */
const FMA: readonly (readonly [string, string, boolean])[] = [
  ['6', 'vfmaddsub', false], ['7', 'vfmsubadd', false], ['8', 'vfmadd', false], ['9', 'vfmadd', true], ['a', 'vfmsub', false], ['b', 'vfmsub', true], ['c', 'vfnmadd', false], ['d', 'vfnmadd', true], ['e', 'vfnmsub', false], ['f', 'vfnmsub', true],
];

/** The rows behind VEX: made when first wanted, which below x86-64-v3 is never. */
export const avxRows = (): readonly Row[] => [
  // moves
  ...PACKED_FLOAT.flatMap(([pp, t]): Row[] => [
    [`v.${pp}0f10/r`, `vmovu${t}`, 'Vl Wl'], [`v.${pp}0f11/r`, `vmovu${t}`, 'Wl Vl'], [`v.${pp}0f28/r`, `vmova${t}`, 'Vl Wl'], [`v.${pp}0f29/r`, `vmova${t}`, 'Wl Vl'], [`v.${pp}0f2b/rm`, `vmovnt${t}`, 'Ml Vl'],
    [`v0.${pp}0f12/rm`, `vmovl${t}`, 'Vx Hx Mq'], [`v0.${pp}0f13/rm`, `vmovl${t}`, 'Mq Vx'], [`v0.${pp}0f16/rm`, `vmovh${t}`, 'Vx Hx Mq'], [`v0.${pp}0f17/rm`, `vmovh${t}`, 'Mq Vx'],
    [`v.${pp}0f50/rr`, `vmovmsk${t}`, 'Gd Ul'],
  ]),
  ...SCALAR.flatMap(([pp, t, n]): Row[] => {
    const name = t === 'sd' ? 'vmovsd.sse' : 'vmovss';
    return [[`vi.${pp}0f10/rm`, name, `Vx M${n}`], [`vi.${pp}0f10/rr`, name, 'Vx Hx Ux'], [`vi.${pp}0f11/rm`, name, `M${n} Vx`], [`vi.${pp}0f11/rr`, name, 'Ux Hx Vx']];
  }),
  ['v0.np0f12/rr', 'vmovhlps', 'Vx Hx Ux'], ['v0.np0f16/rr', 'vmovlhps', 'Vx Hx Ux'],
  ['v.660f6f/r', 'vmovdqa', 'Vl Wl'], ['v.660f7f/r', 'vmovdqa', 'Wl Vl'], ['v.f30f6f/r', 'vmovdqu', 'Vl Wl'], ['v.f30f7f/r', 'vmovdqu', 'Wl Vl'], ['v.660fe7/rm', 'vmovntdq', 'Ml Vl'],
  ['v0.660f6e/r', 'vmovd', 'Vx Ey'], ['v0.660f7e/r', 'vmovd', 'Ey Vx'], ['v0.f30f7e/r', 'vmovq', 'Vx Wq'], ['v0.660fd6/r', 'vmovq', 'Wq Vx'],
  ['v.660fd7/rr', 'vpmovmskb', 'Gd Ul'], ['v0.660ff7/rr', 'vmaskmovdqu', 'Vx Ux Xb'], ['v.f20ff0/rm', 'vlddqu', 'Vl Ml'], ['v.660f382a/rm', 'vmovntdqa', 'Vl Ml'],
  ['v0.f20f12/r', 'vmovddup', 'Vx Wq'], ['v1.f20f12/r', 'vmovddup', 'Vl Wl'], ['v.f30f12/r', 'vmovsldup', 'Vl Wl'], ['v.f30f16/r', 'vmovshdup', 'Vl Wl'],
  // logic and shuffles on floats
  ...LOGIC.flatMap(([op, name]) => PACKED_FLOAT.map(([pp, t]): Row => [`v.${pp}0f${op}/r`, `v${name}${t}`, 'Vl Hl Wl'])),
  ['v.np0fc6/r', 'vshufps', 'Vl Hl Wl Ib'], ['v.660fc6/r', 'vshufpd', 'Vl Hl Wl Ib'],
  // packed integers
  ...PACKED_INT.map(([op, name]): Row => [`v.660f${op}/r`, `v${name}`, SHIFT.test(name) ? 'Vl Hl Wx' : 'Vl Hl Wl', MULTIPLY.test(name) ? 'mul' : '']),
  ['v.660f6c/r', 'vpunpcklqdq', 'Vl Hl Wl'], ['v.660f6d/r', 'vpunpckhqdq', 'Vl Hl Wl'],
  ...IMM_SHIFTS.map(([op, reg, name]): Row => [`v.660f${op}/${reg}r`, `v${name}`, 'Hl Ul Ib']),
  ['v.660f73/3r', 'vpsrldq', 'Hl Ul Ib'], ['v.660f73/7r', 'vpslldq', 'Hl Ul Ib'],
  ['v.660f70/r', 'vpshufd', 'Vl Wl Ib'], ['v.f20f70/r', 'vpshuflw', 'Vl Wl Ib'], ['v.f30f70/r', 'vpshufhw', 'Vl Wl Ib'],
  ['v0.660fc4/rr', 'vpinsrw', 'Vx Hx Rd Ib'], ['v0.660fc4/rm', 'vpinsrw', 'Vx Hx Mw Ib'], ['v0.660fc5/rr', 'vpextrw', 'Gd Ux Ib'],
  ...SSSE3.map(([op, name]): Row => [`v.660f38${op}/r`, `v${name}`, name.startsWith('pabs') ? 'Vl Wl' : 'Vl Hl Wl']), ['v.660f3a0f/r', 'vpalignr', 'Vl Hl Wl Ib'],
  ...PACKED.filter(([, name]) => !/blend|ptest|phmin/.test(name)).map(([op, name]): Row => [`v.660f38${op}/r`, `v${name}`, 'Vl Hl Wl', MULTIPLY.test(name) ? 'mul' : '']),
  ['v.660f3817/r', 'vptest', 'Vl Wl'], ['v0.660f3841/r', 'vphminposuw', 'Vx Wx'],
  ...EXTEND.flatMap(([n, name, width]): Row[] => { const w = `W${width === 'q' ? 'h' : width === 'd' ? 'g' : 'e'}`; return [[`v.660f382${n}/r`, `vpmovsx${name}`, `Vl ${w}`], [`v.660f383${n}/r`, `vpmovzx${name}`, `Vl ${w}`]]; }),
  ['v.660f3a0e/r', 'vpblendw', 'Vl Hl Wl Ib'], ['vw0.660f3a02/r', 'vpblendd', 'Vl Hl Wl Ib'], ['v.660f3a42/r', 'vmpsadbw', 'Vl Hl Wl Ib', 'mul'],
  ['v0.660f3a14/rr', 'vpextrb', 'Rd Vx Ib'], ['v0.660f3a14/rm', 'vpextrb', 'Mb Vx Ib'], ['v0.660f3a15/rr', 'vpextrw', 'Rd Vx Ib'], ['v0.660f3a15/rm', 'vpextrw', 'Mw Vx Ib'],
  ['v0.660f3a16/r', 'vpextrd', 'Ey Vx Ib'], ['v0.660f3a17/r', 'vextractps', 'Ed Vx Ib'],
  ['v0.660f3a20/rr', 'vpinsrb', 'Vx Hx Rd Ib'], ['v0.660f3a20/rm', 'vpinsrb', 'Vx Hx Mb Ib'], ['v0.660f3a21/r', 'vinsertps', 'Vx Hx Wd Ib'], ['v0.660f3a22/r', 'vpinsrd', 'Vx Hx Ey Ib'],
  ['v0.660f3a60/r', 'vpcmpestrm', 'Vx Wx Ib', 'mul w'], ['v0.660f3a61/r', 'vpcmpestri', 'Vx Wx Ib', 'mul w'], ['v0.660f3a62/r', 'vpcmpistrm', 'Vx Wx Ib', 'mul'], ['v0.660f3a63/r', 'vpcmpistri', 'Vx Wx Ib', 'mul'],
  // float arithmetic
  ...ARITH.flatMap(([op, name, cost]): Row[] => [
    ...PACKED_FLOAT.map(([pp, t]): Row => [`v.${pp}0f${op}/r`, `v${name}${t}`, name === 'sqrt' ? 'Vl Wl' : 'Vl Hl Wl', cost]), ...SCALAR.map(([pp, t, n]): Row => [`vi.${pp}0f${op}/r`, `v${name}${t}`, `Vx Hx W${n}`, cost]),
  ]),
  ['v.np0f52/r', 'vrsqrtps', 'Vl Wl', 'fp'], ['vi.f30f52/r', 'vrsqrtss', 'Vx Hx Wd', 'fp'], ['v.np0f53/r', 'vrcpps', 'Vl Wl', 'fp'], ['vi.f30f53/r', 'vrcpss', 'Vx Hx Wd', 'fp'],
  ['v.np0fc2/r', 'vcmpps', 'Vl Hl Wl Ib', 'fp immform'], ['v.660fc2/r', 'vcmppd', 'Vl Hl Wl Ib', 'fp immform'], ['vi.f30fc2/r', 'vcmpss', 'Vx Hx Wd Ib', 'fp immform'], ['vi.f20fc2/r', 'vcmpsd.sse', 'Vx Hx Wq Ib', 'fp immform'],
  ['vi.np0f2e/r', 'vucomiss', 'Vx Wd', 'fp'], ['vi.660f2e/r', 'vucomisd', 'Vx Wq', 'fp'], ['vi.np0f2f/r', 'vcomiss', 'Vx Wd', 'fp'], ['vi.660f2f/r', 'vcomisd', 'Vx Wq', 'fp'],
  ...['d0 addsub', '7c hadd', '7d hsub'].flatMap((x): Row[] => { const [op, name] = x.split(' ') as [string, string]; return [[`v.660f${op}/r`, `v${name}pd`, 'Vl Hl Wl', 'fp'], [`v.f20f${op}/r`, `v${name}ps`, 'Vl Hl Wl', 'fp']]; }),
  ['v.660f3a08/r', 'vroundps', 'Vl Wl Ib', 'fp'], ['v.660f3a09/r', 'vroundpd', 'Vl Wl Ib', 'fp'], ['vi.660f3a0a/r', 'vroundss', 'Vx Hx Wd Ib', 'fp'], ['vi.660f3a0b/r', 'vroundsd', 'Vx Hx Wq Ib', 'fp'],
  ['v.660f3a0c/r', 'vblendps', 'Vl Hl Wl Ib'], ['v.660f3a0d/r', 'vblendpd', 'Vl Hl Wl Ib'],
  ['v.660f3a40/r', 'vdpps', 'Vl Hl Wl Ib', 'fp immform'], ['v0.660f3a41/r', 'vdppd', 'Vx Hx Wx Ib', 'fp immform'],
  // conversions
  ...SCALAR.flatMap(([pp, t, n]): Row[] => [[`vi.${pp}0f2a/r`, `vcvtsi2${t}`, 'Vx Hx Ey', 'fp'], [`vi.${pp}0f2c/r`, `vcvtt${t}2si`, `Gy W${n}`, 'fp'], [`vi.${pp}0f2d/r`, `vcvt${t}2si`, `Gy W${n}`, 'fp']]),
  ['vi.f30f5a/r', 'vcvtss2sd', 'Vx Hx Wd', 'fp'], ['vi.f20f5a/r', 'vcvtsd2ss', 'Vx Hx Wq', 'fp'],
  ['v.np0f5a/r', 'vcvtps2pd', 'Vl Wh', 'fp'], ['v.660f5a/r', 'vcvtpd2ps', 'Vx Wl', 'fp'], ['v.np0f5b/r', 'vcvtdq2ps', 'Vl Wl', 'fp'], ['v.660f5b/r', 'vcvtps2dq', 'Vl Wl', 'fp'], ['v.f30f5b/r', 'vcvttps2dq', 'Vl Wl', 'fp'],
  ['v.660fe6/r', 'vcvttpd2dq', 'Vx Wl', 'fp'], ['v.f30fe6/r', 'vcvtdq2pd', 'Vl Wh', 'fp'], ['v.f20fe6/r', 'vcvtpd2dq', 'Vx Wl', 'fp'],
  ['vw0.660f3813/r', 'vcvtph2ps', 'Vl Wh', 'fp'], ['vw0.660f3a1d/r', 'vcvtps2ph', 'Wh Vl Ib', 'fp'],
  // new with AVX
  ['vw0.660f3a4a/r', 'vblendvps', 'Vl Hl Wl Ll'], ['vw0.660f3a4b/r', 'vblendvpd', 'Vl Hl Wl Ll'], ['vw0.660f3a4c/r', 'vpblendvb', 'Vl Hl Wl Ll'],
  ['vw0.660f3818/r', 'vbroadcastss', 'Vl Wd'], ['v1w0.660f3819/r', 'vbroadcastsd', 'Vl Wq'], ['v1w0.660f381a/rm', 'vbroadcastf128', 'Vl Mx'],
  ['vw0.660f380c/r', 'vpermilps', 'Vl Hl Wl'], ['vw0.660f380d/r', 'vpermilpd', 'Vl Hl Wl'], ['vw0.660f3a04/r', 'vpermilps', 'Vl Wl Ib'], ['vw0.660f3a05/r', 'vpermilpd', 'Vl Wl Ib'],
  ['vw0.660f380e/r', 'vtestps', 'Vl Wl'], ['vw0.660f380f/r', 'vtestpd', 'Vl Wl'],
  ['v1w0.660f3a06/r', 'vperm2f128', 'Vl Hl Wl Ib'], ['v1w0.660f3a18/r', 'vinsertf128', 'Vl Hl Wx Ib'], ['v1w0.660f3a19/r', 'vextractf128', 'Wx Vl Ib'],
  ['vw0.660f382c/rm', 'vmaskmovps', 'Vl Hl Ml'], ['vw0.660f382d/rm', 'vmaskmovpd', 'Vl Hl Ml'], ['vw0.660f382e/rm', 'vmaskmovps', 'Ml Hl Vl'], ['vw0.660f382f/rm', 'vmaskmovpd', 'Ml Hl Vl'],
  ['v0.np0f77', 'vzeroupper', ''], ['v1.np0f77', 'vzeroall', ''], ['v0.np0fae/2m', 'vldmxcsr', 'Md', 'fp'], ['v0.np0fae/3m', 'vstmxcsr', 'Md', 'fp'],
  // AVX2
  ['vw0.660f3878/r', 'vpbroadcastb', 'Vl Wb'], ['vw0.660f3879/r', 'vpbroadcastw', 'Vl Ww'], ['vw0.660f3858/r', 'vpbroadcastd', 'Vl Wd'], ['vw0.660f3859/r', 'vpbroadcastq', 'Vl Wq'], ['v1w0.660f385a/rm', 'vbroadcasti128', 'Vl Mx'],
  ['v1w0.660f3a46/r', 'vperm2i128', 'Vl Hl Wl Ib'], ['v1w0.660f3a38/r', 'vinserti128', 'Vl Hl Wx Ib'], ['v1w0.660f3a39/r', 'vextracti128', 'Wx Vl Ib'],
  ['v1.660f3a00/r', 'vpermq', 'Vl Wl Ib'], ['v1.660f3a01/r', 'vpermpd', 'Vl Wl Ib'], ['v1w0.660f3836/r', 'vpermd', 'Vl Hl Wl'], ['v1w0.660f3816/r', 'vpermps', 'Vl Hl Wl'],
  ['vw0.660f3845/r', 'vpsrlvd', 'Vl Hl Wl'], ['vw1.660f3845/r', 'vpsrlvq', 'Vl Hl Wl'], ['vw0.660f3846/r', 'vpsravd', 'Vl Hl Wl'], ['vw0.660f3847/r', 'vpsllvd', 'Vl Hl Wl'], ['vw1.660f3847/r', 'vpsllvq', 'Vl Hl Wl'],
  ['vw0.660f388c/rm', 'vpmaskmovd', 'Vl Hl Ml'], ['vw1.660f388c/rm', 'vpmaskmovq', 'Vl Hl Ml'], ['vw0.660f388e/rm', 'vpmaskmovd', 'Ml Hl Vl'], ['vw1.660f388e/rm', 'vpmaskmovq', 'Ml Hl Vl'],
  ['vw0.660f3892/rm', 'vgatherdps', 'Vl Yd Hl', 'mul'], ['vw1.660f3892/rm', 'vgatherdpd', 'Vl Yq Hl', 'mul'], ['vw0.660f3893/rm', 'vgatherqps', 'Vh Yd Hh', 'mul'], ['vw1.660f3893/rm', 'vgatherqpd', 'Vl Yq Hl', 'mul'],
  ['vw0.660f3890/rm', 'vpgatherdd', 'Vl Yd Hl', 'mul'], ['vw1.660f3890/rm', 'vpgatherdq', 'Vl Yq Hl', 'mul'], ['vw0.660f3891/rm', 'vpgatherqd', 'Vh Yd Hh', 'mul'], ['vw1.660f3891/rm', 'vpgatherqq', 'Vl Yq Hl', 'mul'],
  // FMA
  ...[['9', '132'], ['a', '213'], ['b', '231']].flatMap(([high, order]) => FMA.flatMap(([low, name, scalar]): Row[] => (scalar
    ? [[`viw0.660f38${high}${low}/r`, `${name}${order}ss`, 'Vx Hx Wd', 'fp'], [`viw1.660f38${high}${low}/r`, `${name}${order}sd`, 'Vx Hx Wq', 'fp']]
    : [[`vw0.660f38${high}${low}/r`, `${name}${order}ps`, 'Vl Hl Wl', 'fp'], [`vw1.660f38${high}${low}/r`, `${name}${order}pd`, 'Vl Hl Wl', 'fp']]))),
];
