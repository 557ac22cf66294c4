// Compares two outcomes of a test; knows which flags and results the manual leaves undefined or inexact.
import { decode } from '../decode/decoder.ts';
import { CODE, hostApproximates, hostIsAmd } from './records.ts';
import type { Outcome, Test } from './records.ts';

const CF = 1, PF = 4, AF = 0x10, ZF = 0x40, SF = 0x80, OF = 0x800, ALL = 0x8d5;
/** Undefined status flags by mnemonic (SDM vol. 2, "Flags affected"). */
export function undefinedFlags(mnemonic: string, form = ''): number {
  switch (mnemonic) {
    case 'program': return AF;
    case 'mul': case 'imul1': case 'imul2': case 'imul3': return SF | ZF | AF | PF;
    case 'div': case 'idiv': return ALL;
    case 'and': case 'or': case 'xor': case 'test': return AF;
    case 'bsf': case 'bsr': return ALL & ~ZF;
    case 'bt': case 'bts': case 'btr': case 'btc': case 'bt_i': case 'bts_i': case 'btr_i': case 'btc_i': return OF | SF | AF | PF;
    case 'rol': case 'ror': case 'rcl': case 'rcr': return OF; // for counts other than 1
    case 'shl': case 'shr': case 'sar': return AF | OF | (/ z(8|16) /.test(form) ? CF : 0);
    case 'shld': case 'shrd': return AF | OF;
    case 'andn': case 'blsr': case 'blsi': case 'blsmsk': case 'bzhi': return AF | PF;
    case 'bextr': return AF | SF | PF;
    case 'tzcnt': case 'lzcnt': return OF | SF | AF | PF;
    default: return 0;
  }
}
/** Where Linux begins to call addresses the kernel's: a page below the end of what is canonical. */
const TASK_SIZE_MAX = (1n << 47n) - 4096n;
const APPROXIMATE = /^v?(rcp|rsqrt)[ps]s$/;
export const TRANSCENDENTAL = new Set(['f2xm1', 'fyl2x', 'fyl2xp1', 'fptan', 'fpatan', 'fsin', 'fcos', 'fsincos']);

const hex = (n: bigint | number): string => `0x${n.toString(16)}`;
const GPRS = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'];

/** Differences in words; empty when equal. `real` is the CPU's. */
export function compare(t: Test, real: Outcome, ours: Outcome): string[] {
  const out: string[] = [], mnemonic = t.name.split(' ')[0]!;
  const say = (what: string, a: bigint | number, b: bigint | number): void => { if (a !== b) out.push(`${what}: real ${hex(a)}, ours ${hex(b)}`); };
  say('vector', real.trap, ours.trap);
  if (mnemonic === 'ud2' && ours.trap === 14 && t.code[1] !== 0x0b) return []; // whether UD0 and UD1 have a ModRM byte differs between processors (SDM vol. 2, UD)
  if (/^v?ldmxcsr$/.test(mnemonic) && real.trap !== ours.trap) return []; // bit 17 exists on some makers' processors
  if (out.length > 0) return out;
  // Not said by the manuals: which of the two operands CMPS reads first, and in which order long x87 images are read and written.
  const at = mnemonic === 'program' ? Number(ours.rip) - CODE - t.entry : -1;
  const faulting = at >= 0 && at < t.code.length ? decode(t.code, at, t.code.length)?.form.mnemonic ?? '' : mnemonic;
  const unordered = real.trap !== 14 ? -1n : /^(fldenv|frstor|fnstenv|fnsave)$/.test(faulting) ? ~0xfffn : faulting === 'cmps' && !hostIsAmd() ? 0n : -1n;
  if (real.trap === 14) {
    // For the kernel's half Linux says "protection" whatever the tables hold (arch/x86/mm/fault.c, sanitize_error_code).
    const hidden = ours.signal === undefined && real.cr2 >= TASK_SIZE_MAX ? 1 : 0;
    say('error code', real.error & ~(0x20 | hidden), ours.error & ~hidden);
    say('cr2', real.cr2 & unordered, ours.cr2 & unordered);
  }
  if (real.signal !== undefined && ours.signal !== undefined) {
    say('si_signo', real.signal.signo, ours.signal.signo);
    say('si_code', real.signal.code, ours.signal.code);
    say('si_addr', real.signal.address & unordered, ours.signal.address & unordered);
  }
  say('rip', real.rip, ours.rip);
  for (let i = 0; i < 16; i++) say(GPRS[i]!, real.gpr[i]!, ours.gpr[i]!);
  let undef = real.rip !== BigInt(CODE + t.entry) || mnemonic === 'program' ? undefinedFlags(mnemonic, t.name) : 0;
  if (/^fu?comi/.test(mnemonic) && (real.fx[2]! & 0x80) !== 0) undef = ALL; // after an unmasked exception
  say('rflags', real.rflags & (ALL | 0x400) & ~undef, ours.rflags & (ALL | 0x400) & ~undef);
  const byte = real.mem.findIndex((x, i) => x !== ours.mem[i] && !(i >= t.ignore[0] && i < t.ignore[1]));
  if (byte >= 0) out.push(`mem[${hex(byte)}]: real ${hex(real.mem[byte]!)}, ours ${hex(ours.mem[byte]!)}`);
  else say('data pages outside the window (hash)', real.data, ours.data);
  say('stack pages (hash)', real.stack, ours.stack);
  say('code pages (hash)', real.text, ours.text);
  const a = new DataView(real.fx.buffer, real.fx.byteOffset), b = new DataView(ours.fx.buffer, ours.fx.byteOffset), before = new DataView(t.fx.buffer, t.fx.byteOffset);
  const loose = TRANSCENDENTAL.has(mnemonic);
  if (loose && outside(mnemonic, t)) return [];
  if (real.trap === 19 && /pi/.test(mnemonic)) return out; // whether the MMX state is entered before #XM differs between makers
  say('fcw', a.getUint16(0, true), b.getUint16(0, true));
  let fswMask = loose ? 0xffff & ~0x82b0 : 0xffff;
  if ((a.getUint16(2, true) & 0x80) !== 0) fswMask &= ~0x4700; // condition codes after an unmasked exception
  say('fsw', a.getUint16(2, true) & fswMask, b.getUint16(2, true) & fswMask);
  say('tags', a.getUint8(4), b.getUint8(4));
  // Silicon calls exact results of transcendental functions inexact; where that is unmasked, only one of the two has a pending exception to tell of.
  // Pointers while no exception is pending are AMD's (APM vol. 2, 11.5.4); Intel's processors save them always.
  if (hostIsAmd() && !(loose && ((a.getUint8(2) ^ b.getUint8(2)) & 0x80) !== 0)) {
    say('fop', a.getUint16(6, true), b.getUint16(6, true));
    say('fip', a.getBigUint64(8, true), b.getBigUint64(8, true));
    say('fdp', a.getBigUint64(16, true), b.getBigUint64(16, true));
  }
  const mxMask = real.trap === 19 ? ~0x3a : ~0; // what other lanes found before an unmasked exception is not architectural
  say('mxcsr', a.getUint32(24, true) & mxMask, b.getUint32(24, true) & mxMask);
  for (let i = 0; i < 8; i++) {
    const s1 = a.getBigUint64(32 + i * 16, true), s2 = b.getBigUint64(32 + i * 16, true), e1 = a.getUint16(40 + i * 16, true), e2 = b.getUint16(40 + i * 16, true);
    if (loose && i < 2 && near(s1, e1, s2, e2)) continue;
    if (s1 !== s2 || e1 !== e2) out.push(`st${i}: real ${e1.toString(16)}:${s1.toString(16)}, ours ${e2.toString(16)}:${s2.toString(16)}`);
  }
  for (let i = 0; i < 32; i++) {
    const at = i < 16 ? 160 + i * 16 : 512 + (i - 16) * 16, name = i < 16 ? `xmm${i}` : `ymm${i - 16} bits 128+`, was = (half: number): string => (at + 16 <= t.fx.length ? before.getBigUint64(at + half, true).toString(16) : '0');
    if (APPROXIMATE.test(mnemonic) && !hostApproximates()) {
      for (let lane = 0; lane < 4; lane++) {
        const x = a.getFloat32(at + lane * 4, true), y = b.getFloat32(at + lane * 4, true);
        if (!(Object.is(x, y) || Math.abs(x - y) <= Math.abs(x) * 2 ** -10 || (Math.abs(x) < 1e-37 && Math.abs(y) < 1e-37))) out.push(`${name}.${lane}: real ${x}, ours ${y}`);
      }
      continue;
    }
    for (const half of [0, 8]) {
      const x = a.getBigUint64(at + half, true), y = b.getBigUint64(at + half, true);
      if (x !== y) out.push(`${name}.${half === 0 ? 'lo' : 'hi'}: was ${was(half)} real ${x.toString(16)}, ours ${y.toString(16)}`);
    }
  }
  return out;
}
/** Arguments for which the manual leaves the result undefined. */
function outside(mnemonic: string, t: Test): boolean {
  const f = new DataView(t.fx.buffer, t.fx.byteOffset), e = f.getUint16(40, true) & 0x7fff;
  if (mnemonic === 'f2xm1') return e >= 0x3fff && e < 0x7fff;
  return mnemonic === 'fyl2xp1' && e >= 0x3ffd && e < 0x7fff;
}
/** Within a few units in the last place. */
function near(s1: bigint, e1: number, s2: bigint, e2: number): boolean {
  if (e1 >> 15 !== e2 >> 15) return (e1 & 0x7fff) === 0 && (e2 & 0x7fff) === 0;
  const x = (BigInt(e1 & 0x7fff) << 64n) + (s1 << 1n), y = (BigInt(e2 & 0x7fff) << 64n) + (s2 << 1n);
  const diff = x > y ? x - y : y - x;
  return diff <= 8n;
}

export function describe(t: Test): string { return `${t.name}: ${[...t.code].map((b) => b.toString(16).padStart(2, '0')).join(' ')}`; }
