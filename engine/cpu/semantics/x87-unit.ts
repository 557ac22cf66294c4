// The x87 as a unit: one call executes one instruction on the registers in the CPU's state. Exact; the encoding side is x87.ts.
// Sections cited are of the SDM, vol. 1, chapter 8. FIP, FOP and FDP are noted by the instructions (x87.ts).
import { CTX } from '../../machine/hardware.ts';
import { DE, F32F, F64F, FINITE, IE, INF, OE, PE, QNAN, SNAN, UE, UP, ZE, ZERO, add, bitLength, compare, div, mul, pack, real, roundTo, sqrt, toInteger, unpack } from './softfloat.ts';
import type { Env, Format, Real, Rounded } from './softfloat.ts';
import { CONSTANTS, atan2, exp2m1, log2, log2p1, piTimes, sinCos, tan } from './x87-math.ts';
import type { Wide } from './x87-math.ts';
import { DEFAULT_NAN, PC_FORMATS, chooseNan, extOf, formatOf, packExt, quietExt, unpackExt } from './x87-real.ts';
import type { Ext } from './x87-real.ts';

/** Where the operand comes from: argument is a register index for `reg`, else an address in wasm memory. */
export const SRC = { reg: 0, m32: 1, m64: 2, m80: 3, i16: 4, i32: 5, i64: 6, bcd: 7 } as const;
/** Operation in bits 0–7, SRC in 8–11, then flags. */
export const POP = 0x1000, TO_I = 0x2000, QUIET = 0x4000, EFLAGS = 0x8000, TRUNC = 0x10000, POP2 = 0x20000;
export const OP = {
  add: 0, mul: 1, com: 2, sub: 4, subr: 5, div: 6, divr: 7, ld: 8, st: 9, ist: 10, constant: 11, xch: 12, chs: 13, abs: 14, tst: 15, xam: 16, cmov: 17, sqrt: 18, rndint: 19, scale: 20, xtract: 21,
  prem: 22, prem1: 23, f2xm1: 24, yl2x: 25, yl2xp1: 26, ptan: 27, patan: 28, sin: 29, cos: 30, sincos: 31, free: 32, incstp: 33, decstp: 34, init: 35, clex: 36, ldcw: 37, ldenv: 38, stenv: 39, rstor: 40, save: 41,
} as const;
export const CONSTANT_NAMES = ['fld1', 'fldl2t', 'fldl2e', 'fldpi', 'fldlg2', 'fldln2', 'fldz'] as const;

const SF = 0x40, ES = 0x80, B = 0x8000, C0 = 0x100, C1 = 0x200, C2 = 0x400, C3 = 0x4000;
const F80 = formatOf(64);
const ONE: Ext = { sig: 1n << 63n, se: 0x3fff };

export class X87Unit {
  private d: DataView;
  private s = 0;
  /** By number and rounding, once they were asked for. */
  private readonly constants: Ext[] = [];
  private readonly memory: { readonly buffer: ArrayBuffer };
  constructor(memory: { readonly buffer: ArrayBuffer }) { this.memory = memory; this.d = new DataView(memory.buffer); }

  // ---- state
  private get fcw(): number { return this.d.getUint16(this.s + CTX.fcw, true); }
  private set fcw(v: number) { this.d.setUint16(this.s + CTX.fcw, v, true); }
  private get fsw(): number { return this.d.getUint16(this.s + CTX.fsw, true); }
  private set fsw(v: number) { this.d.setUint16(this.s + CTX.fsw, v, true); }
  private get ftw(): number { return this.d.getUint16(this.s + CTX.ftw, true); }
  private set ftw(v: number) { this.d.setUint16(this.s + CTX.ftw, v, true); }
  private get top(): number { return (this.fsw >> 11) & 7; }
  private set top(v: number) { this.fsw = (this.fsw & ~0x3800) | ((v & 7) << 11); }
  private slot(i: number): number { return this.s + CTX.x87 + ((this.top + i) & 7) * 16; }
  private full(i: number): boolean { return (this.ftw & (1 << ((this.top + i) & 7))) !== 0; }
  private st(i: number): Ext { const p = this.slot(i); return { sig: this.d.getBigUint64(p, true), se: this.d.getUint16(p + 8, true) }; }
  private put(i: number, x: Ext): void {
    const p = this.slot(i);
    this.d.setBigUint64(p, x.sig, true);
    this.d.setUint16(p + 8, x.se, true);
    this.ftw |= 1 << ((this.top + i) & 7);
  }
  private pop(): void { this.ftw &= ~(1 << this.top); this.top = this.top + 1; }
  private env(): Env { return { rc: (this.fcw >> 10) & 3, daz: false, ftz: false, mask: this.fcw & 0x3f, flags: 0, wrap: 24576 }; }
  private get format(): Format { return PC_FORMATS[(this.fcw >> 8) & 3]!; }

  /** Raises exceptions; C1 from UP. True if one of `stops` is unmasked: then nothing is stored and nothing popped. */
  private raise(flags: number, stops: number): boolean {
    let sw = this.fsw & ~C1;
    const unmasked = flags & ~this.fcw & 0x3f;
    const stopped = (unmasked & stops) !== 0;
    if (stopped && (unmasked & (IE | DE | ZE)) !== 0) flags &= IE | DE | ZE | SF; // the operation is not begun
    if ((flags & UP) !== 0 && !stopped) sw |= C1;
    sw |= flags & 0x7f;
    if (unmasked !== 0) sw |= ES | B;
    this.fsw = sw;
    return stopped;
  }
  /** Stack underflow (8.5.1.1): IE and SF, C1 = 0. True if unmasked. */
  private underflow(): boolean { return this.raise(IE | SF, IE); }
  private condition(bits: number): void { this.fsw = (this.fsw & ~(C0 | C2 | C3)) | bits; }

  /** Pushes; on overflow the default NaN (8.5.1.1), C1 = 1. */
  private push(x: Ext): void {
    if (this.full(7)) {
      if (this.raise(IE | SF, IE)) { this.fsw |= C1; return; }
      this.fsw |= C1;
      x = DEFAULT_NAN;
    } else this.fsw &= ~C1;
    this.top = this.top - 1;
    this.put(0, x);
  }

  // ---- operands
  /** The source as extended, its denormality, and whether it was a signalling single or double. */
  private source(kind: number, arg: number): { x: Ext; denormal: boolean } {
    const d = this.d, fromInt = (n: bigint): { x: Ext; denormal: boolean } => ({ x: packExt({ kind: n === 0n ? 0 : 1, sign: n < 0n, exp: 0, sig: n < 0n ? -n : n }), denormal: false });
    switch (kind) {
      case SRC.m32: { const r = unpack(F32F, BigInt(d.getUint32(arg, true))); return { x: extOf(r, F32F), denormal: r.denormal }; }
      case SRC.m64: { const r = unpack(F64F, d.getBigUint64(arg, true)); return { x: extOf(r, F64F), denormal: r.denormal }; }
      case SRC.m80: return { x: { sig: d.getBigUint64(arg, true), se: d.getUint16(arg + 8, true) }, denormal: false };
      case SRC.i16: return fromInt(BigInt(d.getInt16(arg, true)));
      case SRC.i32: return fromInt(BigInt(d.getInt32(arg, true)));
      case SRC.i64: return fromInt(d.getBigInt64(arg, true));
      case SRC.bcd: {
        let n = 0n;
        for (let i = 8; i >= 0; i--) { const b = d.getUint8(arg + i); n = n * 100n + BigInt((b >> 4) * 10 + (b & 15)); }
        const sign = d.getUint8(arg + 9) >> 7 === 1;
        return { x: packExt({ kind: n === 0n ? 0 : 1, sign, exp: 0, sig: n }), denormal: false };
      }
      default: return { x: this.st(arg), denormal: false };
    }
  }

  // ---- arithmetic
  private arith(op: number, kind: number, arg: number, flags: number): void {
    const target = (flags & TO_I) !== 0 ? arg : 0, popped = (flags & POP) !== 0;
    if (!this.full(0) || (kind === SRC.reg && !this.full(arg))) {
      if (this.underflow()) return;
      this.put(target, DEFAULT_NAN);
      if (popped) this.pop();
      return;
    }
    const { x: b, denormal } = this.source(kind, arg), a = this.st(0);
    const result = this.binary(op, a, b, denormal);
    if (result === null) return;
    this.put(target, result);
    if (popped) this.pop();
  }
  /** null: an unmasked exception keeps the operands. */
  private binary(op: number, a: Ext, b: Ext, srcDenormal: boolean): Ext | null {
    const va = unpackExt(a), vb = unpackExt(b), ra = va.real, rb = vb.real;
    if (va.unsupported || vb.unsupported) return this.raise(IE, IE) ? null : DEFAULT_NAN;
    if (ra.kind >= QNAN || rb.kind >= QNAN) {
      const signalling = ra.kind === SNAN || rb.kind === SNAN;
      if (this.raise(signalling ? IE : 0, IE)) return null;
      return chooseNan(a, ra, b, rb);
    }
    const env = this.env(), fmt = this.format;
    if (ra.denormal || rb.denormal || srcDenormal) {
      if ((env.mask & DE) === 0) { // found before the operation, unless that is invalid or a division by zero
        const probe: Env = { ...env };
        const r = this.compute(op, probe, fmt, ra, rb);
        if (r !== null && (probe.flags & ZE) === 0) { this.raise(DE, DE); return null; }
      }
      env.flags |= DE;
    }
    const r = this.compute(op, env, fmt, ra, rb);
    if (r === null) return this.raise(IE, IE) ? null : DEFAULT_NAN;
    if ((env.flags & ZE) !== 0) env.flags &= ~DE;
    if (this.raise(env.flags, IE | ZE | DE)) return null;
    return packExt(r);
  }
  private compute(op: number, env: Env, fmt: Format, a: Real, b: Real): Rounded | null {
    switch (op) {
      case OP.add: return add(env, fmt, a, b, false);
      case OP.sub: return add(env, fmt, a, b, true);
      case OP.subr: return add(env, fmt, b, a, true);
      case OP.mul: return mul(env, fmt, a, b);
      case OP.div: return div(env, fmt, a, b);
      default: return div(env, fmt, b, a);
    }
  }
  /** Replaces ST(0) by f(ST(0)); NaNs, unsupported encodings and empty registers are dealt with. */
  private unary(fn: (env: Env, r: Real, x: Ext) => Ext | null): void {
    if (!this.full(0)) { if (!this.underflow()) this.put(0, DEFAULT_NAN); return; }
    const x = this.st(0), v = unpackExt(x), r = v.real;
    if (v.unsupported) { if (!this.raise(IE, IE)) this.put(0, DEFAULT_NAN); return; }
    if (r.kind >= QNAN) { if (!this.raise(r.kind === SNAN ? IE : 0, IE)) this.put(0, quietExt(x)); return; }
    const env = this.env();
    const y = fn(env, r, x);
    if (y === null) { if (!this.raise(IE, IE)) this.put(0, DEFAULT_NAN); return; }
    if (r.denormal) env.flags |= DE;
    if (!this.raise(env.flags, IE | ZE | DE)) this.put(0, y);
  }
  /** ST(1) = f(ST(1), ST(0)), pop; or ST(0) = f(ST(0), ST(1)) without pop. */
  private dyadic(popped: boolean, fn: (env: Env, st0: Real, st1: Real, x: Ext) => Ext | null): boolean {
    const target = popped ? 1 : 0;
    if (!this.full(0) || !this.full(1)) {
      if (this.underflow()) return false;
      this.put(target, DEFAULT_NAN);
      if (popped) this.pop();
      return false;
    }
    const a = this.st(0), b = this.st(1), va = unpackExt(a), vb = unpackExt(b);
    let result: Ext;
    let fine = false;
    if (va.unsupported || vb.unsupported) { if (this.raise(IE, IE)) return false; result = DEFAULT_NAN; }
    else if (va.real.kind >= QNAN || vb.real.kind >= QNAN) {
      if (this.raise(va.real.kind === SNAN || vb.real.kind === SNAN ? IE : 0, IE)) return false;
      result = chooseNan(a, va.real, b, vb.real);
    } else {
      const env = this.env(), y = fn(env, va.real, vb.real, a);
      if (y === null) { if (this.raise(IE, IE)) return false; result = DEFAULT_NAN; }
      else {
        if ((va.real.denormal || vb.real.denormal) && (env.flags & ZE) === 0) env.flags |= DE;
        if (this.raise(env.flags, IE | ZE | DE)) return false;
        result = y;
        fine = true;
      }
    }
    this.put(target, result);
    if (popped) this.pop();
    return fine;
  }
  private round(env: Env, w: Wide): Ext { return packExt(roundTo(env, F80, w.sign, w.exp, w.sig, true)); }

  // ---- comparisons: C3 C2 C0 or ZF PF CF
  private com(kind: number, arg: number, flags: number): number {
    const signal = (greaterLessEqual: number): number => {
      if ((flags & EFLAGS) === 0) this.condition(greaterLessEqual === 2 ? C0 | C2 | C3 : greaterLessEqual === 0 ? C3 : greaterLessEqual < 0 ? C0 : 0);
      if ((flags & POP) !== 0) this.pop();
      if ((flags & POP2) !== 0) { this.pop(); this.pop(); }
      return greaterLessEqual === 2 ? 0x45 : greaterLessEqual === 0 ? 0x40 : greaterLessEqual < 0 ? 1 : 0;
    };
    if (!this.full(0) || (kind === SRC.reg && !this.full(arg))) return this.underflow() ? 0x45 : signal(2);
    const { x: b, denormal } = this.source(kind, arg), a = this.st(0);
    const c1 = (flags & EFLAGS) !== 0 ? this.fsw & C1 : 0; // only underflow touches C1 there
    const order = this.comparePair(a, b, denormal, (flags & QUIET) !== 0, signal);
    this.fsw |= c1;
    return order;
  }
  private comparePair(a: Ext, b: Ext, denormal: boolean, quiet: boolean, signal: (order: number) => number): number {
    const va = unpackExt(a), vb = unpackExt(b);
    if (va.unsupported || vb.unsupported) return this.raise(IE, IE) ? 0x45 : signal(2);
    if (va.real.kind >= QNAN || vb.real.kind >= QNAN) {
      const invalid = !quiet || va.real.kind === SNAN || vb.real.kind === SNAN;
      return this.raise(invalid ? IE : 0, IE) ? 0x45 : signal(2);
    }
    if (this.raise(va.real.denormal || vb.real.denormal || denormal ? DE : 0, DE)) return 0x45;
    return signal(compare(va.real, vb.real));
  }
  private xam(): void {
    const x = this.st(0), v = unpackExt(x);
    let bits: number;
    if (!this.full(0)) bits = C3 | C0;
    else if (v.unsupported) bits = 0;
    else if (v.real.kind >= QNAN) bits = C0;
    else if (v.real.kind === INF) bits = C2 | C0;
    else if (v.real.kind === ZERO) bits = C3;
    else bits = v.real.denormal ? C3 | C2 : C2;
    this.fsw = (this.fsw & ~(C0 | C1 | C2 | C3)) | bits | ((x.se & 0x8000) !== 0 ? C1 : 0);
  }

  // ---- loads and stores
  private ld(kind: number, arg: number): void {
    if (kind === SRC.reg) {
      if (!this.full(arg)) {
        if (this.underflow()) return;
        this.top = this.top - 1;
        this.put(0, DEFAULT_NAN);
        return;
      }
      this.push(this.st(arg));
      return;
    }
    const { x, denormal } = this.source(kind, arg);
    if (this.full(7)) { this.push(x); return; }
    if (kind === SRC.m32 || kind === SRC.m64) {
      const r = unpackExt(x).real;
      if (this.raise(r.kind === SNAN ? IE : denormal ? DE : 0, IE)) return;
      this.push(r.kind >= QNAN ? quietExt(x) : x);
      return;
    }
    this.push(x);
  }
  /** Stores ST(0) as a float; 1: the store does not happen. */
  private store(kind: number, at: number, popped: boolean): number {
    const d = this.d;
    if (kind === SRC.reg) {
      if (!this.full(0)) { if (this.underflow()) return 1; this.put(at, DEFAULT_NAN); } else { this.put(at, this.st(0)); this.fsw &= ~C1; }
      if (popped) this.pop();
      return 0;
    }
    let x: Ext = this.st(0), flags = 0;
    if (!this.full(0)) { if (this.underflow()) return 1; x = DEFAULT_NAN; }
    else if (kind === SRC.m80) this.fsw &= ~C1;
    if (kind === SRC.m80) {
      d.setBigUint64(at, x.sig, true);
      d.setUint16(at + 8, x.se, true);
    } else {
      const fmt = kind === SRC.m32 ? F32F : F64F, drop = BigInt(64 - fmt.precision);
      const v = unpackExt(x);
      let bits: bigint;
      const nanBits = (n: Ext): bigint => {
        const fraction = ((n.sig & ((1n << 63n) - 1n)) >> drop), s = BigInt(n.se >> 15);
        return fmt === F32F ? (s << 31n) | 0x7f800000n | fraction : (s << 63n) | 0x7ff0000000000000n | fraction;
      };
      if (v.unsupported) { flags = IE; bits = nanBits(DEFAULT_NAN); }
      else if (v.real.kind >= QNAN) { flags = v.real.kind === SNAN ? IE : 0; bits = nanBits(quietExt(x)); }
      else {
        const env: Env = { ...this.env(), wrap: undefined };
        const r = v.real;
        bits = pack(fmt, r.kind === FINITE ? roundTo(env, fmt, r.sign, r.exp, r.sig) : { kind: r.kind as 0 | 2, sign: r.sign, exp: 0, sig: 0n });
        flags = env.flags;
        if ((flags & (OE | UE) & ~env.mask) !== 0) flags &= ~(PE | UP);
      }
      if (this.full(0) && this.raise(flags, IE | OE | UE)) return 1;
      if (fmt === F32F) d.setUint32(at, Number(bits), true); else d.setBigUint64(at, bits, true);
    }
    if (popped) this.pop();
    return 0;
  }
  private storeInt(kind: number, at: number, flags: number): number {
    const d = this.d, bits = kind === SRC.i16 ? 16n : kind === SRC.i32 ? 32n : 64n;
    let n = 0n, invalid = false;
    const env = this.env();
    if (!this.full(0)) { if (this.underflow()) return 1; invalid = true; }
    else {
      const v = unpackExt(this.st(0));
      if (v.unsupported || v.real.kind >= INF) invalid = true;
      else {
        n = v.real.kind === ZERO ? 0n : magnitude(v.real) > 70 ? 1n << 80n : toInteger(env, v.real, (flags & TRUNC) !== 0 ? 3 : env.rc);
        if (kind === SRC.bcd) invalid = n >= 10n ** 18n || n <= -(10n ** 18n);
        else invalid = n >= 1n << (bits - 1n) || n < -(1n << (bits - 1n));
      }
      if (this.raise(invalid ? IE : env.flags, IE)) return 1;
    }
    if (kind === SRC.bcd) {
      if (invalid) { d.setBigUint64(at, 0xc000000000000000n, true); d.setUint16(at + 8, 0xffff, true); }
      else {
        let m = n < 0n ? -n : n;
        for (let i = 0; i < 9; i++) { const two = Number(m % 100n); d.setUint8(at + i, (Math.trunc(two / 10) << 4) | two % 10); m /= 100n; }
        d.setUint8(at + 9, n < 0n || (n === 0n && (this.st(0).se & 0x8000) !== 0) ? 0x80 : 0);
      }
    } else {
      if (invalid) n = -(1n << (bits - 1n));
      if (bits === 16n) d.setInt16(at, Number(n), true); else if (bits === 32n) d.setInt32(at, Number(n), true); else d.setBigInt64(at, n, true);
    }
    if ((flags & POP) !== 0) this.pop();
    return 0;
  }

  // ---- the rest
  private constant(index: number): void {
    const name = CONSTANT_NAMES[index]!;
    if (name === 'fld1') { this.push(ONE); return; }
    if (name === 'fldz') { this.push({ sig: 0n, se: 0 }); return; }
    const env = this.env(), key = index * 4 + env.rc;
    let value = this.constants[key];
    if (value === undefined) this.constants[key] = value = this.round(env, CONSTANTS[name]!());
    this.push(value);
  }
  private xch(i: number): void {
    if (!this.full(0) || !this.full(i)) {
      if (this.underflow()) return;
      if (!this.full(0)) this.put(0, DEFAULT_NAN);
      if (!this.full(i)) this.put(i, DEFAULT_NAN);
    } else this.fsw &= ~C1;
    const a = this.st(0), b = this.st(i);
    this.put(0, b);
    this.put(i, a);
  }
  private remainder(nearest: boolean): void {
    let quotient = 0, partial = false;
    const done = this.dyadic(false, (env, a, b, x) => {
      if (a.kind === INF || b.kind === ZERO) return null;
      if (a.kind === ZERO) return x;
      const diff = b.kind === INF ? -2 : magnitude(a) - magnitude(b);
      if (diff < -1 || (diff < 0 && !nearest)) return packExt(roundTo(env, F80, a.sign, a.exp, a.sig));
      let q: bigint, r: bigint, negative = false;
      const exp = Math.min(a.exp, b.exp);
      const n = a.sig << BigInt(a.exp - exp), m = b.sig << BigInt(b.exp - exp);
      if (diff < 64) {
        q = n / m;
        r = n - q * m;
        if (nearest && (r * 2n > m || (r * 2n === m && (q & 1n) === 1n))) { q += 1n; r = m - r; negative = true; }
        quotient = Number(q & 7n);
      } else { // a partial remainder: the exponent falls by 32 to 63
        const shift = BigInt(diff - ((diff & 31) | 32));
        q = n / (m << shift);
        r = n - q * (m << shift);
        partial = true;
      }
      if (r === 0n) return packExt({ kind: 0, sign: a.sign, exp: 0, sig: 0n });
      return packExt(roundTo(env, F80, a.sign !== negative, exp, r));
    });
    if (!done) { if ((this.fsw & ES) === 0) this.fsw &= ~C2; return; }
    this.fsw = (this.fsw & ~(C0 | C1 | C2 | C3)) | (partial ? C2 : ((quotient & 4) !== 0 ? C0 : 0) | ((quotient & 2) !== 0 ? C3 : 0) | ((quotient & 1) !== 0 ? C1 : 0));
  }
  private scale(): void {
    this.dyadic(false, (env, a, b, x) => {
      if (b.kind === INF) {
        if (b.sign ? a.kind === INF : a.kind === ZERO) return null;
        return packExt({ kind: b.sign ? 0 : 2, sign: a.sign, exp: 0, sig: 0n });
      }
      if (a.kind !== FINITE) return x;
      const probe: Env = { ...env, flags: 0 };
      let n = b.kind === ZERO ? 0 : magnitude(b) > 17 ? (b.sign ? -70000 : 70000) : Number(toInteger(probe, b, 3));
      if (n > 70000) n = 70000; else if (n < -70000) n = -70000;
      return packExt(roundTo(env, F80, a.sign, a.exp + n, a.sig));
    });
  }
  private xtract(): void {
    if (!this.full(0)) { if (this.underflow()) return; this.put(0, DEFAULT_NAN); this.top = this.top - 1; this.put(0, DEFAULT_NAN); return; }
    if (this.full(7)) { if (this.raise(IE | SF, IE)) { this.fsw |= C1; return; } this.fsw |= C1; this.put(0, DEFAULT_NAN); this.top = this.top - 1; this.put(0, DEFAULT_NAN); return; }
    const x = this.st(0), v = unpackExt(x), r = v.real;
    let exponent: Ext, significand: Ext;
    if (v.unsupported) { if (this.raise(IE, IE)) return; exponent = significand = DEFAULT_NAN; }
    else if (r.kind >= QNAN) { if (this.raise(r.kind === SNAN ? IE : 0, IE)) return; exponent = significand = quietExt(x); }
    else if (r.kind === ZERO) { if (this.raise(ZE, ZE)) return; exponent = { sig: 1n << 63n, se: 0xffff }; significand = x; }
    else if (r.kind === INF) { this.raise(0, 0); exponent = { sig: 1n << 63n, se: 0x7fff }; significand = x; }
    else {
      if (this.raise(r.denormal ? DE : 0, DE)) return;
      const e = magnitude(r);
      exponent = packExt({ kind: e === 0 ? 0 : 1, sign: e < 0, exp: 0, sig: BigInt(Math.abs(e)) });
      significand = packExt({ kind: 1, sign: r.sign, exp: 1 - bitLength(r.sig), sig: r.sig });
    }
    this.put(0, exponent);
    this.top = this.top - 1;
    this.put(0, significand);
  }
  /** fsin fcos fsincos fptan: C2 = 1 and nothing done when |x| ≥ 2^63 (8.3.8). */
  private trig(op: number): void {
    const two = op === OP.sincos || op === OP.ptan;
    if (!this.full(0)) { if (this.underflow()) return; this.fsw &= ~C2; this.put(0, DEFAULT_NAN); if (two) { this.top = this.top - 1; this.put(0, DEFAULT_NAN); } return; }
    if (two && this.full(7)) { if (this.raise(IE | SF, IE)) { this.fsw |= C1; return; } this.fsw = (this.fsw & ~C2) | C1; this.put(0, DEFAULT_NAN); this.top = this.top - 1; this.put(0, DEFAULT_NAN); return; }
    const x = this.st(0), v = unpackExt(x), r = v.real, env = this.env();
    let first: Ext, second: Ext;
    if (v.unsupported || r.kind === INF) { if (this.raise(IE, IE)) return; first = second = DEFAULT_NAN; }
    else if (r.kind >= QNAN) { if (this.raise(r.kind === SNAN ? IE : 0, IE)) return; first = second = quietExt(x); }
    else if (r.kind === ZERO) { this.raise(0, 0); first = op === OP.cos ? ONE : x; second = ONE; }
    else if (magnitude(r) >= 63) { this.fsw = (this.fsw & ~C1) | C2; return; }
    else {
      if (r.denormal) env.flags |= DE;
      if (op === OP.ptan) { first = this.round(env, tan(r)); second = ONE; }
      else {
        const both = sinCos(r);
        first = this.round(env, op === OP.cos ? both.cos : both.sin);
        second = two ? this.round(env, both.cos) : ONE;
      }
      if (this.raise(env.flags, DE)) return;
    }
    this.fsw &= ~C2;
    this.put(0, first);
    if (two) { this.top = this.top - 1; this.put(0, second); }
  }
  private logarithm(plusOne: boolean): void {
    this.dyadic(true, (env, x, y) => {
      const zero = (sign: boolean): Ext => ({ sig: 0n, se: sign ? 0x8000 : 0 }), inf = (sign: boolean): Ext => ({ sig: 1n << 63n, se: sign ? 0xffff : 0x7fff });
      if (plusOne) {
        if (x.kind === ZERO) return y.kind === INF ? null : zero(x.sign !== y.sign);
        if (x.kind === INF) return x.sign || y.kind === ZERO ? null : inf(y.sign);
        if (x.sign && magnitude(x) >= 0) return null; // beyond −1: undefined by the manual
        if (y.kind === ZERO) return zero(x.sign !== y.sign);
        if (y.kind === INF) return inf(x.sign !== y.sign);
      } else {
        if (x.kind === ZERO) {
          if (y.kind === ZERO) return null;
          if (y.kind !== INF) env.flags |= ZE;
          return inf(!y.sign);
        }
        if (x.sign) return null;
        if (x.kind === INF) return y.kind === ZERO ? null : inf(y.sign);
        const order = compare(x, real(FINITE, false, 0, 1n));
        if (order === 0) return y.kind === INF ? null : zero(y.sign);
        if (y.kind === INF) return inf(y.sign !== order < 0);
        if (y.kind === ZERO) return zero(y.sign !== order < 0);
        if ((x.sig & (x.sig - 1n)) === 0n) { // a power of two: exact logarithm
          const e = magnitude(x);
          return packExt(roundTo(env, F80, (e < 0) !== y.sign, y.exp, y.sig * BigInt(Math.abs(e))));
        }
      }
      const w = plusOne ? log2p1(x) : log2(x);
      return this.round(env, { sign: w.sign !== y.sign, sig: w.sig * y.sig, exp: w.exp + y.exp });
    });
  }
  private patan(): void {
    this.dyadic(true, (env, x, y) => {
      const exact = (w: Wide): Ext => this.round(env, w);
      if (y.kind === ZERO) return x.sign ? exact(piTimes(1, 0, y.sign)) : { sig: 0n, se: y.sign ? 0x8000 : 0 };
      if (y.kind === INF) return exact(x.kind === INF ? (x.sign ? piTimes(3, 2, y.sign) : piTimes(1, 2, y.sign)) : piTimes(1, 1, y.sign));
      if (x.kind === INF) return x.sign ? exact(piTimes(1, 0, y.sign)) : { sig: 0n, se: y.sign ? 0x8000 : 0 };
      if (x.kind === ZERO) return exact(piTimes(1, 1, y.sign));
      return exact(atan2(y, x));
    });
  }

  // ---- environment
  private writeCw(v: number): void { this.fcw = (v & 0x1f7f) | 0x40; this.summary(); }
  private summary(): void { const sw = this.fsw & ~(ES | B); this.fsw = (sw & ~this.fcw & 0x3f) !== 0 ? sw | ES | B : sw; }
  private fullTags(): number {
    let tags = 0;
    for (let p = 0; p < 8; p++) {
      let tag = 3;
      if ((this.ftw & (1 << p)) !== 0) {
        const at = this.s + CTX.x87 + p * 16, se = this.d.getUint16(at + 8, true) & 0x7fff, hi = this.d.getUint32(at + 4, true), lo = this.d.getUint32(at, true);
        tag = se === 0x7fff ? 2 : se === 0 ? (hi === 0 && lo === 0 ? 1 : 2) : hi >>> 31 === 1 ? 0 : 2;
      }
      tags |= tag << (2 * p);
    }
    return tags;
  }
  /** Protected-mode layouts of 32 and 16 bits (figures 8-9 and 8-11). */
  private saveEnv(at: number, small: boolean): void {
    const d = this.d, step = small ? 2 : 4;
    const ip = d.getUint32(this.s + CTX.fip, true), dp = d.getUint32(this.s + CTX.fdp, true), fop = d.getUint16(this.s + CTX.fop, true);
    const low = [this.fcw, this.fsw, this.fullTags(), ip & 0xffff, d.getUint16(this.s + CTX.fcs, true), dp & 0xffff, d.getUint16(this.s + CTX.fds, true)], high = [0xffff, 0xffff, 0xffff, ip >>> 16, fop, dp >>> 16, 0xffff];
    low.forEach((w, i) => { d.setUint16(at + i * step, w, true); if (!small) d.setUint16(at + i * step + 2, high[i]!, true); });
  }
  private loadEnv(at: number, small: boolean): void {
    const d = this.d, step = small ? 2 : 4;
    this.fcw = (d.getUint16(at, true) & 0x1f7f) | 0x40;
    this.fsw = d.getUint16(at + step, true);
    const tags = d.getUint16(at + 2 * step, true);
    let short = 0;
    for (let p = 0; p < 8; p++) if (((tags >> (2 * p)) & 3) !== 3) short |= 1 << p;
    this.ftw = short;
    d.setBigUint64(this.s + CTX.fip, BigInt(small ? d.getUint16(at + 6, true) : d.getUint32(at + 12, true)), true);
    d.setBigUint64(this.s + CTX.fdp, BigInt(small ? d.getUint16(at + 10, true) : d.getUint32(at + 20, true)), true);
    d.setUint16(this.s + CTX.fcs, d.getUint16(at + 4 * step, true), true);
    d.setUint16(this.s + CTX.fds, d.getUint16(at + 6 * step, true), true);
    d.setUint16(this.s + CTX.fop, small ? 0 : d.getUint16(at + 18, true) & 0x7ff, true);
    this.summary();
  }
  private init(): void {
    this.fcw = 0x37f; this.fsw = 0; this.ftw = 0;
    this.d.setUint16(this.s + CTX.fop, 0, true);
    this.d.setUint32(this.s + CTX.fcs, 0, true); // and FDS
    this.d.setBigUint64(this.s + CTX.fip, 0n, true);
    this.d.setBigUint64(this.s + CTX.fdp, 0n, true);
  }

  /** Executes; the result is EFLAGS bits of comparisons, or 1 when a store must not happen. */
  run(state: number, code: number, arg: number): number {
    if (this.d.buffer !== this.memory.buffer) this.d = new DataView(this.memory.buffer);
    this.s = state >>> 0;
    const at = arg >>> 0;
    const op = code & 0xff, kind = (code >> 8) & 15, d = this.d;
    switch (op) {
      case OP.add: case OP.mul: case OP.sub: case OP.subr: case OP.div: case OP.divr: this.arith(op, kind, at, code); return 0;
      case OP.com: return this.com(kind, at, code);
      case OP.ld: this.ld(kind, at); return 0;
      case OP.st: return this.store(kind, at, (code & POP) !== 0);
      case OP.ist: return this.storeInt(kind, at, code);
      case OP.constant: this.constant(at); return 0;
      case OP.xch: this.xch(at); return 0;
      case OP.chs: case OP.abs:
        if (!this.full(0)) { if (!this.underflow()) this.put(0, DEFAULT_NAN); return 0; }
        { const x = this.st(0); this.put(0, { sig: x.sig, se: op === OP.abs ? x.se & 0x7fff : x.se ^ 0x8000 }); this.fsw &= ~C1; }
        return 0;
      case OP.tst: {
        const order = (g: number): number => { this.condition(g === 2 ? C0 | C2 | C3 : g === 0 ? C3 : g < 0 ? C0 : 0); return 0; };
        if (!this.full(0)) return this.underflow() ? 0 : order(2);
        this.comparePair(this.st(0), { sig: 0n, se: 0 }, false, false, order);
        return 0;
      }
      case OP.xam: this.xam(); return 0;
      case OP.cmov: // bit 3 of the argument: the condition holds; empty registers are noticed either way
        if (!this.full(0) || !this.full(at & 7)) { if (!this.underflow()) this.put(0, DEFAULT_NAN); } else if (at > 7) this.put(0, this.st(at & 7));
        return 0;
      case OP.sqrt: this.unary((env, r) => { const y = sqrt(env, this.format, r); return y === null ? null : packExt(y); }); return 0;
      case OP.rndint: this.unary((env, r, x) => {
        if (r.kind !== FINITE || r.exp >= 0) return x;
        const n = toInteger(env, r);
        return packExt({ kind: n === 0n ? 0 : 1, sign: r.sign, exp: 0, sig: n < 0n ? -n : n });
      }); return 0;
      case OP.scale: this.scale(); return 0;
      case OP.xtract: this.xtract(); return 0;
      case OP.prem: this.remainder(false); return 0;
      case OP.prem1: this.remainder(true); return 0;
      case OP.f2xm1: this.unary((env, r, x) => {
        if (r.kind === ZERO) return x;
        if (r.kind === INF) return r.sign ? { sig: 1n << 63n, se: 0xbfff } : x;
        if (magnitude(r) >= 0) return (r.sig & (r.sig - 1n)) === 0n && magnitude(r) === 0 ? (r.sign ? { sig: 1n << 63n, se: 0xbffe } : ONE) : x; // beyond ±1: undefined by the manual
        return this.round(env, exp2m1(r));
      }); return 0;
      case OP.yl2x: this.logarithm(false); return 0;
      case OP.yl2xp1: this.logarithm(true); return 0;
      case OP.patan: this.patan(); return 0;
      case OP.ptan: case OP.sin: case OP.cos: case OP.sincos: this.trig(op); return 0;
      case OP.free: this.fsw &= ~C1; this.ftw &= ~(1 << ((this.top + at) & 7)); if ((code & POP) !== 0) this.pop(); return 0;
      case OP.incstp: this.top = this.top + 1; this.fsw &= ~C1; return 0;
      case OP.decstp: this.top = this.top - 1; this.fsw &= ~C1; return 0;
      case OP.init: this.init(); return 0;
      case OP.clex: this.fsw &= 0x7f00; return 0;
      case OP.ldcw: this.writeCw(arg); return 0;
      case OP.stenv: this.saveEnv(at, (code & POP) !== 0); this.fcw |= 0x3f; this.summary(); return 0;
      case OP.ldenv: this.loadEnv(at, (code & POP) !== 0); return 0;
      case OP.save: case OP.rstor: {
        const small = (code & POP) !== 0, regs = at + (small ? 14 : 28);
        if (op === OP.rstor) this.loadEnv(at, small); else this.saveEnv(at, small);
        for (let i = 0; i < 8; i++) {
          const p = this.slot(i), q = regs + i * 10, from = op === OP.save ? p : q, to = op === OP.save ? q : p;
          d.setBigUint64(to, d.getBigUint64(from, true), true);
          d.setUint16(to + 8, d.getUint16(from + 8, true), true);
        }
        if (op === OP.save) this.init();
        return 0;
      }
      default: throw new Error(`x87 operation ${op}`);
    }
  }
}
const magnitude = (r: Real): number => r.exp + bitLength(r.sig) - 1;
