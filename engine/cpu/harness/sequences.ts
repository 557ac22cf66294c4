// Short programs for the harness: some instructions, often in a counted loop, with forward branches: flags live across instructions,
// values in registers across blocks. Only instructions whose results are wholly defined, or are made so by a CMP behind them.
import { decode } from '../decode/decoder.ts';
import { INT_ROWS } from '../decode/rows-int.ts';
import { SSE_ROWS } from '../decode/rows-sse.ts';
import type { Row } from '../decode/insn.ts';
import { Dice, fillBytes, word } from './generate.ts';
import { DATA, WINDOW } from './records.ts';
import type { Test } from './records.ts';

const WANTED = /^(add|or|adc|sbb|and|sub|xor|cmp|test|mov|movzx|movsx|movsxd|lea|inc|dec|neg|not|setcc|cmovcc|xchg|xadd|cmpxchg|bswap|imul2|imul3|mul|shl|shr|sar|rol|ror|rcl|rcr|shld|bt_i|bts_i|bsf|cbw|cwd|cmc|stc|clc|lahf|jcc)$/;
const SSE_WANTED = /^(mov(aps|ups|dqa|dqu|d|q|ss|hlps|lhps|mskps)|p[a-z]+|(add|sub|mul|div|sqrt|min|max|cmp|ucomi|comi)(ss|sd|ps|pd)|cvt.*|shufps|unpcklpd|andps|xorps)$/;
const UNDEFINED = /^(imul|mul|shl|shr|sar|rol|ror|rcl|rcr|shld|bt|bsf)/;
const candidates: readonly Row[] = [...INT_ROWS.filter((r) => WANTED.test(r[1])), ...INT_ROWS.filter((r) => WANTED.test(r[1])), ...SSE_ROWS.filter((r) => SSE_WANTED.test(r[1]) && !/rcp|rsqrt|mask/.test(r[1]))];
/** cmp r8, r9 */
const DEFINE_FLAGS = [0x4d, 0x39, 0xc8];

/** One instruction that writes neither rsp, rcx nor r15; memory is [r15 + disp8]. */
function one(d: Dice, defined: boolean): number[] | null {
  const [spec, mnemonic] = d.pick(candidates);
  if (defined && UNDEFINED.test(mnemonic)) return null;
  const m = /^(np)?([0-9a-f]+)(\+r|\+cc)?(?:\/([0-7r])([mr])?)?$/.exec(spec);
  if (m === null) return null;
  let hex = m[2]!, mandatory = m[1] !== undefined ? -1 : 0;
  if (mandatory === 0 && hex.length >= 4 && /^(66|f2|f3)/.test(hex)) { mandatory = parseInt(hex.slice(0, 2), 16); hex = hex.slice(2); }
  const bytes: number[] = [];
  if (mandatory === 0 && d.chance(0.15) && mnemonic !== 'jcc') bytes.push(0x66);
  if (mandatory > 0) bytes.push(mandatory);
  const memory = m[4] !== undefined && m[5] !== 'r' && (m[5] === 'm' || d.chance(0.4));
  bytes.push(0x40 | (d.chance(0.5) ? 8 : 0) | (d.chance(0.3) ? 4 : 0) | (memory ? 1 : d.below(2)));
  const opcode = hex.match(/../g)!.map((h) => parseInt(h, 16));
  if (m[3] === '+r') opcode[opcode.length - 1]! += d.below(8);
  if (m[3] === '+cc') opcode[opcode.length - 1]! += d.below(16);
  bytes.push(...opcode);
  if (m[4] !== undefined) {
    const reg = m[4] !== 'r' ? Number(m[4]) : d.below(8);
    if (memory) bytes.push(0x40 | (reg << 3) | 7, d.below(8) * 16 - (d.chance(0.5) ? 64 : 0) & 0xff);
    else bytes.push(0xc0 | (reg << 3) | d.below(8));
  }
  for (let i = 0; i < 8; i++) bytes.push(d.chance(0.5) ? d.below(32) : d.below(256));
  const code = Uint8Array.from(bytes), insn = decode(code, 0, code.length);
  if (insn === null || insn.form.mnemonic !== mnemonic) return null;
  const ops = insn.form.ops;
  for (let i = 0; i < ops.length; i++) if ((ops[i]!.kind === 'r' || ops[i]!.kind === 'h') && [1, 4, 15].includes(insn.regs[i]!)) return null;
  if (insn.form.size === 16 && mnemonic === 'shld') return null;
  if (/^(bsf)$/.test(mnemonic)) return null;
  const out = [...code.slice(0, insn.length)];
  if (/^lea$/.test(mnemonic) && !memory) return null;
  if (mnemonic === 'jcc') { // over a two-byte filler: xchg ax, ax
    const width = ops[0]!.bytes;
    if (width === 1) out[out.length - 1] = 2; else if (width === 4) out.splice(out.length - 4, 4, 2, 0, 0, 0); else return null;
    return [...out, 0x66, 0x90];
  }
  if (UNDEFINED.test(mnemonic)) out.push(...DEFINE_FLAGS);
  return out;
}

export function makeSequence(seed: number): Test | null {
  const d = new Dice(seed);
  const faulting = d.chance(0.2); // memory at the end of the page: some access faults in the middle, with all before it done
  const body: number[] = [], looped = d.chance(0.6), count = 2 + d.below(7);
  for (let i = 0; i < count && body.length < 70;) {
    const bytes = one(d, faulting);
    if (bytes !== null) { body.push(...bytes); i++; }
  }
  if (looped) { // dec ecx; jnz body — or sub, or a compare between
    body.push(...d.pick([[0xff, 0xc9], [0x83, 0xe9, 1], [0x48, 0xff, 0xc9]]));
    body.push(0x0f, 0x85);
    const to = -(body.length + 4);
    body.push(to & 255, (to >> 8) & 255, (to >> 16) & 255, (to >> 24) & 255);
  }
  const gpr = new BigUint64Array(16);
  for (let i = 0; i < 16; i++) gpr[i] = word(d);
  gpr[4] = BigInt(DATA + WINDOW + 128);
  gpr[15] = BigInt(faulting ? DATA + 4096 - d.below(100) : DATA + WINDOW + 80);
  gpr[1] = BigInt(1 + d.below(40));
  const mem = new Uint8Array(256), fx = new Uint8Array(512), f = new DataView(fx.buffer);
  fillBytes(d, mem, d.below(4));
  f.setUint16(0, 0x37f, true);
  f.setUint32(24, 0x1f80 | d.pick([0, 0x20, 0x3f, 0x3f]), true);
  f.setUint32(28, 0xffff, true);
  fillBytes(d, fx.subarray(160, 416), d.below(4));
  return { code: Uint8Array.from(body), gpr, rflags: 0x202 | (d.u32() & 0x8d5), fx, mem, name: 'sequence', ignore: [] };
}
