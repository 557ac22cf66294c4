// Random C programs without undefined behaviour: integers of all widths with their promotions, floats, structs with bit-fields, arrays, pointers,
// loops, switch, recursion, varargs, setjmp, vectors, atomics. A tree whose statements may be left out one by one, so that a failing program shrinks.
// Signed overflow is defined by -fwrapv, shift counts are masked, divisors and conversions guarded, and fuel ends every loop and recursion.
import { Dice } from './values.ts';

export interface Statement { id: number; /** Text before the bodies, between them and behind. */ parts: readonly string[]; bodies: readonly Statement[][] }
interface CFunction { head: string; locals: readonly string[]; body: Statement[]; tail: string }
export interface CGroup { seed: number; globals: readonly string[]; functions: CFunction[]; statements: number[] }

const INTS = ['int8_t', 'uint8_t', 'int16_t', 'uint16_t', 'int32_t', 'uint32_t', 'int64_t', 'uint64_t'] as const;
const FLOATS = ['float', 'double', 'long double'] as const;
const VECTORS = [['v16qi', 'int8_t', 16], ['v8hi', 'int16_t', 8], ['v4si', 'int32_t', 4], ['v2di', 'int64_t', 2], ['v16qu', 'uint8_t', 16], ['v8hu', 'uint16_t', 8], ['v4su', 'uint32_t', 4], ['v4sf', 'float', 4], ['v2df', 'double', 2]] as const;
type Int = (typeof INTS)[number];
type Float = (typeof FLOATS)[number];

/** What every file begins with. */
export const PRELUDE = `#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
${VECTORS.map(([name, type]) => `typedef ${type} ${name} __attribute__((vector_size(16)));`).join('\n')}
static uint64_t sum;
static int32_t fuel;
static void mix(uint64_t x) { sum = (sum ^ x) * 0x9e3779b97f4a7c15u; sum ^= sum >> 29; }
static void mixd(double x) { uint64_t u; memcpy(&u, &x, 8); mix(u); }
static void mixf(float x) { uint32_t u; memcpy(&u, &x, 4); mix(u); }
static void mixl(long double x) { uint64_t u; uint16_t e; memcpy(&u, &x, 8); memcpy(&e, (char *)&x + 8, 2); mix(u); mix(e); }
static inline int32_t div32(int32_t a, int32_t b) { return b == 0 || (a == INT32_MIN && b == -1) ? a : a / b; }
static inline int32_t rem32(int32_t a, int32_t b) { return b == 0 || (a == INT32_MIN && b == -1) ? a : a % b; }
static inline int64_t div64(int64_t a, int64_t b) { return b == 0 || (a == INT64_MIN && b == -1) ? a : a / b; }
static inline int64_t rem64(int64_t a, int64_t b) { return b == 0 || (a == INT64_MIN && b == -1) ? a : a % b; }
static inline uint32_t divu32(uint32_t a, uint32_t b) { return b == 0 ? a : a / b; }
static inline uint64_t divu64(uint64_t a, uint64_t b) { return b == 0 ? a : a / b; }
static inline uint64_t remu64(uint64_t a, uint64_t b) { return b == 0 ? a : a % b; }
static inline int64_t tointl(long double x) { return x > -9e18L && x < 9e18L ? (int64_t)x : 77; }
static inline int64_t toint(double x) { return x > -9e18 && x < 9e18 ? (int64_t)x : 77; }
static inline uint64_t touint(double x) { return x >= 0 && x < 1.8e19 ? (uint64_t)x : 78; }
static inline int32_t toint32(float x) { return x > -2e9f && x < 2e9f ? (int32_t)x : 79; }
static int64_t varsum(int n, ...) {
  va_list v;
  int64_t s = 0;
  va_start(v, n);
  for (int i = 0; i < n; i++) switch (i % 4) {
    case 0: s += va_arg(v, int); break;
    case 1: s ^= toint(va_arg(v, double)); break;
    case 2: s = s * 3 + va_arg(v, long long); break;
    default: s -= tointl(va_arg(v, long double)); break;
  }
  va_end(v);
  return s;
}
static int compare64(const void *a, const void *b) { int64_t x = *(const int64_t *)a, y = *(const int64_t *)b; return (x > y) - (x < y); }
`;

interface Scope { ints: { name: string; type: Int }[]; floats: { name: string; type: Float }[]; intArrays: { name: string; type: Int }[]; floatArrays: { name: string; type: Float }[]; pointers: { name: string; type: Int }[]; vectors: { name: string; type: (typeof VECTORS)[number] }[]; structs: { name: string; arrow: boolean }[]; counters: string[] }
const copy = (s: Scope): Scope => ({ ints: [...s.ints], floats: [...s.floats], intArrays: [...s.intArrays], floatArrays: [...s.floatArrays], pointers: [...s.pointers], vectors: [...s.vectors], structs: [...s.structs], counters: [...s.counters] });

class Writer {
  private ids = 0;
  private names = 0;
  readonly globals: string[] = [];
  private readonly fields: { name: string; type: Int; bits: number }[] = [];
  private readonly signatures: { name: string; params: (Int | Float | 'pointer')[]; result: Int | Float; recursive: boolean }[] = [];
  private readonly shared: Scope = { ints: [], floats: [], intArrays: [], floatArrays: [], pointers: [], vectors: [], structs: [], counters: [] };
  private budget = 0;
  private outermost = false;
  constructor(private readonly d: Dice, private readonly prefix: string) {}

  private name(kind: string): string { return `${this.prefix}${kind}${this.names++}`; }
  private literal(type: Int): string {
    const { d } = this, bits = Number(/\d+/.exec(type)![0]), unsigned = type.startsWith('u');
    const raw = d.pick([0n, 1n, 2n, 3n, 5n, 7n, 10n, 31n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn, 1n << 63n, (1n << 64n) - 1n, d.u64(), BigInt(d.below(100)), d.u64() >> BigInt(d.below(64))]);
    const value = unsigned ? BigInt.asUintN(bits, raw) : BigInt.asIntN(bits, raw);
    if (value === -(1n << 63n)) return 'INT64_MIN';
    return `(${type})${value}${unsigned ? 'u' : ''}${bits === 64 ? 'll' : ''}`.replace(/\)(-.*)$/, ')($1)');
  }
  private floatLiteral(type: Float): string {
    const { d } = this, text = d.pick(['0.0', '1.0', '-1.0', '0.5', '3.0', '0.1', '1e10', '-2.5e-3', '1e300', '1e-310', '16777217.0', `${d.below(2000) - 1000}.${d.below(1000)}`, `${d.below(100)}.0`]);
    return type === 'float' ? (/300|310/.test(text) ? '1e-40f' : `${text}f`) : type === 'double' ? text : `${text}L`;
  }
  private index(s: Scope, depth: number): string {
    const { d } = this, counter = d.chance(0.5) && s.counters.length > 0;
    return `[(uint32_t)(${counter ? d.pick(s.counters) : depth > 2 ? d.pick(s.ints).name : this.int(s, depth + 2)}) & 7]`;
  }

  /** An lvalue of some integer type. */
  private intPlace(s: Scope, depth = 0): { text: string; type: Int } {
    const { d } = this;
    for (;;) {
      switch (d.below(6)) {
        case 0: case 1: { const v = d.pick(s.ints); return { text: v.name, type: v.type }; }
        case 2: { const a = d.pick(s.intArrays); return { text: a.name + this.index(s, depth), type: a.type }; }
        case 3: if (s.pointers.length > 0) { const p = d.pick(s.pointers); return { text: `(*${p.name})`, type: p.type }; } break;
        default: if (s.structs.length > 0) { const v = d.pick(s.structs), f = d.pick(this.fields); return { text: `${v.name}${v.arrow ? '->' : '.'}${f.name}`, type: f.type }; }
      }
    }
  }
  private floatPlace(s: Scope, depth = 0): { text: string; type: Float } {
    const { d } = this;
    if (d.chance(0.4)) { const a = d.pick(s.floatArrays); return { text: a.name + this.index(s, depth), type: a.type }; }
    const v = d.pick(s.floats);
    return { text: v.name, type: v.type };
  }
  private call(s: Scope, wantFloat: boolean, depth: number): string | null {
    const { d } = this, list = this.signatures.filter((f) => FLOATS.includes(f.result as Float) === wantFloat);
    if (list.length === 0) return null;
    const f = d.pick(list);
    const args = f.params.map((p) => (p === 'pointer' ? this.address(s, 'int32_t', depth + 1) : FLOATS.includes(p as Float) ? this.float(s, depth + 1) : this.int(s, depth + 1)));
    return `${f.name}(${f.recursive ? [`${1 + d.below(6)}`, ...args].join(', ') : args.join(', ')})`;
  }
  private address(s: Scope, type: Int, depth = 1): string {
    const options = [...s.ints.filter((v) => v.type === type).map((v) => `&${v.name}`), ...s.intArrays.filter((a) => a.type === type).map((a) => `&${a.name}${this.index(s, depth)}`), ...s.pointers.filter((p) => p.type === type).map((p) => p.name)];
    return this.d.pick(options);
  }
  /** An integer expression; its type is what C makes of it. */
  int(s: Scope, depth: number): string {
    const { d } = this, a = (): string => this.int(s, depth + 1);
    if (depth > 3 || d.chance(0.2)) return d.chance(0.35) ? this.literal(d.pick(INTS)) : s.counters.length > 0 && d.chance(0.15) ? d.pick(s.counters) : this.intPlace(s, depth).text;
    switch (d.below(17)) {
      case 0: case 1: case 2: return `(${a()} ${d.pick(['+', '-', '*'])} ${a()})`;
      case 3: case 4: return `(${a()} ${d.pick(['&', '|', '^'])} ${a()})`;
      case 5: return d.chance(0.5) ? `((int64_t)(${a()}) ${d.pick(['<<', '>>'])} (${a()} & 63))` : `((${d.pick(['uint32_t', 'int32_t'])})(${a()}) ${d.pick(['<<', '>>'])} (${a()} & 31))`;
      case 6: return `(${a()} ${d.pick(['<', '<=', '>', '>=', '==', '!='])} ${a()})`;
      case 7: return `${d.pick(['div32', 'rem32', 'div64', 'rem64', 'divu32', 'divu64', 'remu64'])}(${a()}, ${a()})`;
      case 8: return `(${d.pick(['-', '~', '!'])}(${a()}))`;
      case 9: return `((${d.pick(INTS)})(${a()}))`;
      case 10: return `(${a()} ? ${a()} : ${a()})`;
      case 11: return `(${a()} ${d.pick(['&&', '||'])} ${a()})`;
      case 12: return `(${this.float(s, depth + 1)} ${d.pick(['<', '<=', '>', '>=', '==', '!='])} ${this.float(s, depth + 1)})`;
      case 13: return d.pick([`toint(${this.float(s, depth + 1)})`, `toint32((float)(${this.float(s, depth + 1)}))`, `touint(${this.float(s, depth + 1)})`, `tointl(${this.float(s, depth + 1)})`, `(signbit(${this.float(s, depth + 1)}) != 0)`, `(isnan(${this.float(s, depth + 1)}) != 0)`]);
      case 14: return d.pick([`__builtin_popcountll(${a()})`, `__builtin_clz((uint32_t)(${a()}) | 1)`, `__builtin_ctzll((uint64_t)(${a()}) | (1ull << 63))`, `__builtin_bswap32(${a()})`, `__builtin_bswap64(${a()})`, `__builtin_bswap16(${a()})`, `__builtin_parityll(${a()})`, `(int64_t)(((__int128)(int64_t)(${a()}) * (int64_t)(${a()})) >> ${1 + d.below(100)})`, `(uint64_t)(((unsigned __int128)(uint64_t)(${a()}) << 64 | (uint64_t)(${a()})) / ((uint32_t)(${a()}) | 1u))`]);
      case 15: { const v = s.vectors.length > 0 ? d.pick(s.vectors) : null; return v !== null && v.type[1] !== 'float' && v.type[1] !== 'double' ? `${v.name}[(uint32_t)(${a()}) & ${v.type[2] - 1}]` : a(); }
      default: return this.call(s, false, depth) ?? a();
    }
  }
  float(s: Scope, depth: number): string {
    const { d } = this, a = (): string => this.float(s, depth + 1);
    if (depth > 3 || d.chance(0.2)) return d.chance(0.4) ? this.floatLiteral(d.pick(FLOATS)) : this.floatPlace(s, depth).text;
    switch (d.below(9)) {
      case 0: case 1: case 2: return `(${a()} ${d.pick(['+', '-', '*', '/'])} ${a()})`;
      case 3: return `(-(${a()}))`;
      case 4: return `((${d.pick(FLOATS)})(${a()}))`;
      case 5: return `((${d.pick(FLOATS)})(${this.int(s, depth + 1)}))`;
      case 6: return `(${this.int(s, depth + 1)} ? ${a()} : ${a()})`;
      case 7: return d.pick([`sqrt(fabs(${a()}))`, `fabs(${a()})`, `floor(${a()})`, `ceil(${a()})`, `trunc(${a()})`, `rint(${a()})`, `sqrtf(fabsf(${a()}))`, `floorf(${a()})`, `fabsl(${a()})`, `sqrtl(fabsl(${a()}))`, `rintl(${a()})`, `copysign(${a()}, ${a()})`]);
      default: return this.call(s, true, depth) ?? a();
    }
  }
  private simple(text: string): Statement { return { id: this.ids++, parts: [text], bodies: [] }; }
  private list(s: Scope, depth: number): Statement[] {
    const out: Statement[] = [];
    for (let i = 1 + this.d.below(depth === 0 ? 9 : 4); i > 0 && this.budget > 0; i--) out.push(this.statement(s, depth));
    return out;
  }
  private statement(s: Scope, depth: number): Statement {
    const { d } = this, id = (): number => this.ids++;
    this.budget--;
    const kind = depth < 4 ? d.below(30) : 10 + d.below(20);
    if (kind < 3) return { id: id(), parts: [`if (${this.int(s, 1)}) {`, '} else {', '}'], bodies: [this.list(s, depth + 1), d.chance(0.5) ? this.list(s, depth + 1) : []] };
    if (kind < 6) {
      const i = this.name('i'), inner = copy(s), start = d.below(3), bound = start + 1 + d.below(12);
      inner.counters.push(i);
      const head = d.pick([`for (${d.pick(['int32_t', 'uint32_t', 'int64_t', 'uint8_t'])} ${i} = ${start}; ${i} < ${bound} && fuel-- > 0; ${i}${d.pick(['++', ' += 2', '++'])}) {`, `for (int32_t ${i} = ${bound}; ${i} > ${start} && fuel-- > 0; ${i}--) {`, `for (int32_t ${i} = 0; fuel-- > 0 && ${i} < 9; ${i}++) { if (${this.int(inner, 2)}) ${d.pick(['break', 'continue'])};`]);
      return { id: id(), parts: [head, '}'], bodies: [this.list(inner, depth + 1)] };
    }
    if (kind < 7) { const i = this.name('w'); return { id: id(), parts: [`{ int32_t ${i} = ${2 + d.below(8)}; do {`, `} while (--${i} > 0 && fuel-- > 0 && (${this.int(s, 1)})); }`], bodies: [this.list(s, depth + 1)] }; }
    if (kind < 8) {
      const cases = 2 + d.below(6), labels = Array.from({ length: cases }, (_, i) => (d.chance(0.8) ? `case ${i}:` : `case ${i}: case ${i + 100}:`));
      return { id: id(), parts: [`switch ((uint32_t)(${this.int(s, 1)}) % ${cases + 1}u) { ${labels[0]!}`, ...labels.slice(1).map((l) => `${d.chance(0.7) ? 'break; ' : ''}${l}`), 'break; default: mix(99); }'], bodies: labels.map(() => this.list(s, depth + 1)) };
    }
    if (kind < 9 && this.outermost) { // setjmp, in a function that nothing calls again meanwhile; only memory that is not automatic changes between it and longjmp
      const b = this.name('b'), inner: Scope = { ...copy(this.shared), counters: [] };
      return { id: id(), parts: [`{ static jmp_buf ${b}; volatile int32_t n${b} = 0; if (setjmp(${b}) < 3) { mix(n${b});`, `if (n${b}++ < ${1 + d.below(4)} && fuel-- > 0) longjmp(${b}, n${b}); } }`], bodies: [this.list(inner, depth + 2)] };
    }
    if (kind < 10) { const l = this.name('l'); return { id: id(), parts: [`{ int32_t n${l} = 0; ${l}: ;`, `if (++n${l} < ${2 + d.below(5)} && fuel-- > 0 && (${this.int(s, 1)})) goto ${l}; }`], bodies: [this.list(s, depth + 1)] }; }
    switch (kind) {
      case 10: case 11: case 12: case 13: case 14: { const p = this.intPlace(s); return this.simple(`${p.text} ${d.pick(['=', '=', '=', '+=', '-=', '*=', '^=', '|=', '&='])} ${this.int(s, 0)};`); }
      case 15: case 16: case 17: { const p = this.floatPlace(s); return this.simple(`${p.text} ${d.pick(['=', '=', '+=', '-=', '*=', '/='])} ${this.float(s, 0)};`); }
      case 18: case 19: return this.simple(d.chance(0.5) ? `mix(${this.int(s, 0)});` : `mixd(${this.float(s, 0)});`);
      case 20: { const p = this.intPlace(s); return this.simple(`${p.text}${d.pick(['++', '--'])};`); }
      case 21: if (s.pointers.length > 0) { const p = d.pick(s.pointers); return this.simple(`${p.name} = ${this.int(s, 2)} ? ${this.address(s, p.type)} : ${this.address(s, p.type)};`); } break;
      case 22: { const n = 1 + d.below(7); return this.simple(`mix(varsum(${n}${Array.from({ length: n }, (_, i) => `, ${['(int)', '(double)', '(long long)', '(long double)'][i % 4]!}(${i % 2 === 0 ? this.int(s, 2) : this.float(s, 2)})`).join('')}));`); }
      case 23: case 24: if (s.vectors.length > 0) return this.simple(this.vector(s)); break;
      case 25: { const a = d.pick(s.intArrays), b = d.pick(s.intArrays), n = d.below(9); return this.simple(d.pick([`memmove(${a.name}, ${b.name}, ${n});`, `memset(${a.name}, (int)(${this.int(s, 2)}), ${n});`, `mix(memcmp(${a.name}, ${b.name}, ${n}) < 0);`, `memcpy(&${d.pick(s.ints.filter((v) => v.type === 'uint8_t' || v.type === 'int8_t')).name}, ${a.name}, 1);`])); }
      case 26: { const p = this.intPlaceWide(s); return this.simple(d.pick([`mix(__atomic_fetch_add(&${p}, ${this.int(s, 2)}, __ATOMIC_SEQ_CST));`, `mix(__atomic_exchange_n(&${p}, ${this.int(s, 2)}, __ATOMIC_SEQ_CST));`, `mix(__sync_val_compare_and_swap(&${p}, ${this.int(s, 2)}, ${this.int(s, 2)}));`, `mix(__atomic_fetch_or(&${p}, ${this.int(s, 2)}, __ATOMIC_SEQ_CST));`])); }
      case 27: { const t = d.pick(['int32_t', 'int64_t', 'uint32_t', 'uint64_t', 'int16_t'] as const), r = this.name('o'); return this.simple(`{ ${t} ${r}; mix(__builtin_${d.pick(['add', 'sub', 'mul'])}_overflow((${t})(${this.int(s, 2)}), (${t})(${this.int(s, 2)}), &${r})); mix(${r}); }`); }
      case 28: { const q = this.name('q'); return this.simple(`{ int64_t ${q}[6] = { ${Array.from({ length: 6 }, () => this.int(s, 2)).join(', ')} }; qsort(${q}, 6, 8, compare64); for (int k = 0; k < 6; k++) mix(${q}[k]); }`); }
      default:
    }
    return this.simple(`mix(${this.intPlace(s).text});`);
  }
  private intPlaceWide(s: Scope): string { return this.d.pick(s.ints.filter((v) => /(32|64|16)_t/.test(v.type))).name; }
  private vector(s: Scope): string {
    const { d } = this, v = d.pick(s.vectors), same = s.vectors.filter((x) => x.type[0] === v.type[0]), w = d.pick(same), float = v.type[1] === 'float' || v.type[1] === 'double';
    const lane = (): string => (float ? `(${v.type[1]})(${this.float(s, 2)})` : `(${v.type[1]})(${this.int(s, 2)})`);
    const shifts = `${v.name} = ${w.name} ${d.pick(['<<', '>>'])} ${d.below(Number(/\d+/.exec(v.type[1])?.[0] ?? 8))};`;
    return d.pick([
      `${v.name} = ${v.name} ${d.pick(float ? ['+', '-', '*', '/'] : ['+', '-', '*', '&', '|', '^'])} ${w.name};`, `${v.name}[${d.below(v.type[2])}] = ${lane()};`,
      `${v.name} = (${v.type[0]}){ ${Array.from({ length: v.type[2] }, lane).join(', ')} };`, float ? `${v.name} = -${w.name};` : shifts,
      `${v.name} = (${v.type[0]})(${v.name} ${d.pick(['<', '>', '=='])} ${w.name});`, float ? `${v.name} = ${v.name} * ${w.name} + ${v.name};` : `${v.name} = ((${v.type[0]})(${v.name} > ${w.name}) & ${v.name}) | (~(${v.type[0]})(${v.name} > ${w.name}) & ${w.name});`,
    ]);
  }
  /** Declares variables of all kinds; their names go to the scope. */
  private declare(s: Scope, where: string, counts: { ints: number; floats: number; arrays: number; vectors: number }): string[] {
    const { d } = this, out: string[] = [], qualifier = where === 'g' ? 'static ' : '';
    const types: Int[] = [...Array.from({ length: counts.ints }, () => d.pick(INTS)), ...(where === 'g' ? (['int8_t', 'int32_t', 'uint64_t'] as const) : [])];
    for (const type of types) { const name = this.name(where); out.push(`${qualifier}${type} ${name} = ${this.literal(type)};`); s.ints.push({ name, type }); }
    for (let i = 0; i < counts.floats; i++) { const name = this.name(where), type = d.pick(FLOATS); out.push(`${qualifier}${type} ${name} = ${this.floatLiteral(type)};`); s.floats.push({ name, type }); }
    for (let i = 0; i < counts.arrays; i++) {
      const name = this.name(where), type = d.pick(INTS), f = this.name(where), ft = d.pick(FLOATS);
      out.push(`${qualifier}${type} ${name}[8] = { ${Array.from({ length: 8 }, () => this.literal(type)).join(', ')} };`, `${qualifier}${ft} ${f}[8] = { ${Array.from({ length: 8 }, () => this.floatLiteral(ft)).join(', ')} };`);
      s.intArrays.push({ name, type });
      s.floatArrays.push({ name: f, type: ft });
    }
    for (let i = 0; i < counts.vectors; i++) {
      const type = d.pick(VECTORS);
      for (let k = 0; k < 2; k++) { const name = this.name(where); out.push(`${qualifier}${type[0]} ${name} = { ${Array.from({ length: type[2] }, (_, n) => (d.chance(0.5) ? `${n}` : `${d.below(100)}`)).join(', ')} };`); s.vectors.push({ name, type }); }
    }
    return out;
  }
  private struct(): void {
    const { d } = this;
    for (let i = 3 + d.below(6); i > 0; i--) { const type = d.pick(INTS), width = Number(/\d+/.exec(type)![0]); this.fields.push({ name: `f${this.fields.length}`, type, bits: d.chance(0.6) ? 1 + d.below(width) : 0 }); }
    this.globals.push(`struct ${this.prefix}S { ${this.fields.map((f) => `${f.type} ${f.name}${f.bits > 0 ? ` : ${f.bits}` : ''};`).join(' ')} }${d.chance(0.3) ? ' __attribute__((packed))' : ''};`);
    for (let i = 0; i < 2; i++) { const name = this.name('s'); this.globals.push(`static struct ${this.prefix}S ${name};`); this.shared.structs.push({ name, arrow: false }); }
  }
  private locals(s: Scope): string[] {
    const { d } = this, out = this.declare(s, 'v', { ints: 2 + d.below(4), floats: 1 + d.below(2), arrays: 1, vectors: d.below(2) });
    const target = d.pick(s.ints.filter((v) => v.type !== 'int8_t')), p = this.name('p');
    out.push(`${target.type} *${p} = &${target.name};`);
    s.pointers.push({ name: p, type: target.type });
    const v = this.name('s'), q = this.name('r');
    out.push(`struct ${this.prefix}S ${v} = ${this.shared.structs[0]!.name}, *${q} = &${d.pick([v, this.shared.structs[1]!.name])};`);
    s.structs.push({ name: v, arrow: false }, { name: q, arrow: true });
    return out;
  }
  group(): { functions: CFunction[]; count: number } {
    const { d } = this, functions: CFunction[] = [];
    this.struct();
    this.globals.push(...this.declare(this.shared, 'g', { ints: 4, floats: 3, arrays: 2, vectors: 2 }));
    const total = 1 + d.below(4);
    for (let i = 0; i < total; i++) {
      const last = i === total - 1, recursive = !last && d.chance(0.3), name = `${this.prefix}f${i}`, s = copy(this.shared);
      const params = last ? [] : Array.from({ length: d.below(7) }, () => (d.chance(0.15) ? 'pointer' as const : d.chance(0.35) ? d.pick(FLOATS) : d.pick(INTS)));
      const result: Int | Float = d.chance(0.3) ? d.pick(FLOATS) : d.pick(INTS);
      const names = params.map((p, n) => {
        const param = `a${n}`;
        if (p === 'pointer') s.pointers.push({ name: param, type: 'int32_t' }); else if (FLOATS.includes(p as Float)) s.floats.push({ name: param, type: p as Float }); else s.ints.push({ name: param, type: p as Int });
        return p === 'pointer' ? `int32_t *${param}` : `${p} ${param}`;
      });
      const head = `static ${d.chance(0.4) ? '__attribute__((noinline)) ' : ''}${last ? 'void' : result} ${name}(${[...(recursive ? ['int32_t depth'] : []), ...names].join(', ') || 'void'}) {${last ? '' : ` if (fuel-- < 0${recursive ? ' || depth <= 0' : ''}) return 3;`}`;
      const locals = this.locals(s);
      if (recursive) this.signatures.push({ name, params, result, recursive: true });
      this.budget = 5 + d.below(last ? 40 : 25);
      this.outermost = last;
      const self = this.signatures.length - 1;
      const body = this.list(s, 0);
      while (last && this.budget > 0) body.push(...this.list(s, 0));
      if (recursive) this.signatures.splice(self, 1); // from outside it is called with a depth of the caller's; inside with one less
      const text = JSON.stringify(body);
      const fixed = recursive ? (JSON.parse(text.replaceAll(new RegExp(`\\b${name}\\((\\d+)`, 'g'), `${name}(depth - $1`)) as Statement[]) : body;
      const ends = [...s.ints.filter((v) => !v.name.startsWith(`${this.prefix}g`)).map((v) => `mix(${v.name});`), ...s.floats.filter((v) => !v.name.startsWith(`${this.prefix}g`)).map((v) => (v.type === 'float' ? `mixf(${v.name});` : v.type === 'double' ? `mixd(${v.name});` : `mixl(${v.name});`))];
      const sums = last ? this.sumUp() : '';
      functions.push({ head, locals, body: fixed, tail: `${ends.join(' ')} ${sums}${last ? '' : `return ${FLOATS.includes(result as Float) ? this.float(s, 2) : this.int(s, 2)};`} }` });
      if (!last) this.signatures.push({ name, params, result, recursive });
    }
    return { functions, count: this.ids };
  }
  /** Everything global into the sum. */
  private sumUp(): string {
    const g = this.shared;
    return [
      ...g.ints.map((v) => `mix(${v.name});`), ...g.floats.map((v) => `mixl(${v.name});`), ...g.intArrays.map((v) => `for (int k = 0; k < 8; k++) mix(${v.name}[k]);`),
      ...g.floatArrays.map((v) => `for (int k = 0; k < 8; k++) mixl(${v.name}[k]);`), ...g.vectors.map((v) => `for (int k = 0; k < ${v.type[2]}; k++) ${v.type[1] === 'float' || v.type[1] === 'double' ? 'mixd' : 'mix'}(${v.name}[k]);`),
      ...g.structs.flatMap((v) => this.fields.map((f) => `mix(${v.name}.${f.name});`)),
    ].join(' ');
  }
}
const idsOf = (list: readonly Statement[]): number[] => list.flatMap((x) => [x.id, ...x.bodies.flatMap((b) => idsOf(b))]);

export function makeGroup(seed: number): CGroup {
  const w = new Writer(new Dice(seed), `t${seed}_`), { functions } = w.group();
  return { seed, globals: w.globals, functions, statements: functions.flatMap((f) => idsOf(f.body)) };
}
/** The group as C; a statement that is not kept leaves its bodies' statements behind where that is still C. */
export function groupText(g: CGroup, kept: ReadonlySet<number> | null = null): string {
  const list = (statements: readonly Statement[], indent: string): string => statements.map((x) => {
    if (kept !== null && !kept.has(x.id)) return x.bodies.map((b) => `${indent}{\n${list(b, `${indent}  `)}${indent}}\n`).filter((b) => /[^\s{}]/.test(b)).join('');
    return indent + x.parts.map((p, i) => p + (i < x.bodies.length ? `\n${list(x.bodies[i]!, `${indent}  `)}${indent}` : '')).join('') + '\n';
  }).join('');
  return `${g.globals.join('\n')}\n${g.functions.map((f) => `${f.head}\n${f.locals.map((l) => `  ${l}\n`).join('')}${list(f.body, '  ')}  ${f.tail}\n`).join('')}`;
}
/** Often enough that some code gets hot. */
const REPEAT = 8;
/** The whole file: runs its groups in turn and prints a sum for each. `entry` is the one name that is not static. */
export function fileText(groups: readonly CGroup[], kept: ReadonlySet<number> | null = null): string {
  const last = (g: CGroup): string => `t${g.seed}_f${g.functions.length - 1}`;
  return `${PRELUDE}${groups.map((g) => groupText(g, kept)).join('\n')}
#include <stdio.h>
void ENTRY(void) {
${groups.map((g) => `  sum = ${g.seed}; for (int r = 0; r < ${REPEAT}; r++) { fuel = 4000; ${last(g)}(); } printf("%s ${g.seed} %016llx\\n", NAME, (unsigned long long)sum);`).join('\n')}
}
`;
}
