// Random programs of functions on pages of their own that call one another all the time, in assembler text: what compiled regions hold in locals while others run.
// A program does not end: it is run for a number of cycles. It is a tree whose every node may be left out, so that a failing one shrinks.
import { CODE, CODE_FRAME, DATA, DATA_FRAME, STACK } from './modes.ts';
import type { Machine } from './modes.ts';
import { Dice, fillBytes } from './values.ts';

/** rsp and rbp are the frame, r15 and r14 point to data, r12 counts the rounds of main; loops count in these or in a slot of the frame, calls in between change them. */
const COUNTERS = ['r10', 'r13', 'rbx'] as const;
const LONG = ['rax', 'rcx', 'rdx', 'rsi', 'rdi', 'r8', 'r9', 'r11'] as const, SOURCES = [...LONG, 'rbx', 'r10', 'r12', 'r13'];
const OF: Readonly<Record<string, readonly [string, string, string]>> = Object.fromEntries([...'abcd'].map((c) => [`r${c}x`, [`e${c}x`, `${c}x`, `${c}l`]]).concat(['si', 'di'].map((n) => [`r${n}`, [`e${n}`, n, `${n}l`]]), ['8', '9', '10', '11', '12', '13'].map((n) => [`r${n}`, [`r${n}d`, `r${n}w`, `r${n}b`]])) as [string, [string, string, string]][]);
const WORD: Readonly<Record<number, string>> = { 1: 'byte', 2: 'word', 4: 'dword', 8: 'qword', 16: 'xmmword', 32: 'ymmword' };
const CC = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g'] as const;
const register = (name: string, bytes: number): string => (bytes === 8 ? name : OF[name]![bytes === 4 ? 0 : bytes === 2 ? 1 : 2]!);

/** Pages of data that programs use, the table of functions with the counters behind it, and what has the same entries of the TLBs: other pages or the same again. */
const DATA_PAGES = 14, TABLE = DATA + 15 * 4096, COUNTS = TABLE + 0x400, SCRATCH = TABLE + 0x800;
const FAR = DATA + 0x1000000, AGAIN = DATA + 0x2000000, BESIDE = DATA + 0x2103000, FAR_STACK = STACK + 0x1000000, FAR_FRAME = 768;
/** Distances of a second mapping of the code: the first two take the same entries of the instruction TLB. */
const CODE_AGAIN = [0x1000000, 0x800000, 0x837000] as const;
const MAX_PAGES = 120;
/** Of a function, which then is no longer than a page. */
const MAX_NODES = 100;

export type Node = { id: number } & (
  | { kind: 'lines'; lines: readonly string[] }
  | { kind: 'loop'; rounds: number; counter: string; body: Node[] }
  | { kind: 'if'; cc: string; body: Node[] }
  | { kind: 'seldom'; mask: number; count: number; body: Node[] }
  | { kind: 'shallow'; depth: number; body: Node[] }
);
interface Fn { at: number; frame: number; leaf: boolean; /** It accesses what has the same entries of the data TLB as the others' pages. */ far: boolean; saved: readonly string[]; body: Node[]; end: readonly string[] }
export interface CallProgram { seed: number; hot: number; cycles: number; start: number; again: number; far: number; functions: Fn[]; stubs: number; table: number[]; nodes: number[] }

const childrenOf = (n: Node): Node[] => ('body' in n ? n.body : []);
const idsOf = (n: Node): number[] => [n.id, ...childrenOf(n).flatMap(idsOf)];

class Maker {
  private ids = 0;
  private counts = 0;
  /** Nodes still to be given to the function. */
  private left = 0;
  private readonly pages: readonly number[];
  readonly patched: number[] = [];
  /** What this program has to a degree of its own. */
  private readonly likes: { fp: number; mxcsr: number; x87: number; patch: number; lookup: number; twice: number; far: number; memory: number; ymm: boolean };
  constructor(private readonly d: Dice, readonly functions: number, private readonly again: number, readonly at: readonly number[], private readonly levels: readonly number[]) {
    this.pages = Array.from({ length: 1 + d.below(3) }, () => d.below(DATA_PAGES));
    this.likes = { fp: d.pick([0, 15, 40]), mxcsr: d.pick([0, 0.3, 0.6]), x87: d.pick([0, 0, 8]), patch: d.pick([0, 0, 0, 2]), lookup: d.pick([2, 10, 20]), twice: d.pick([0, 0.1, 0.5]), far: d.pick([0, 0.3, 0.6]), memory: d.pick([10, 30]), ymm: d.chance(0.3) };
  }
  private lines(...lines: string[]): Node { return { id: this.ids++, kind: 'lines', lines }; }
  /** An address, of an access of so many bytes. */
  private address(bytes: number, fn: Fn): string {
    const { d } = this, page = d.pick(this.pages) * 4096, step = Math.min(bytes, 16);
    let at = page + (d.chance(0.1) ? 4096 - d.below(bytes + 2) : d.chance(0.8) ? d.below(64 / step + 1) * step : d.below(4000));
    if (bytes === 1) at &= 0x3fff;
    switch (d.below(10)) {
      case 0: case 1: return `[${fn.far ? 'r14' : 'r15'} + ${at}]`;
      case 2: return `[${(fn.far ? d.pick([DATA, FAR, AGAIN, BESIDE]) : DATA) + at}]`;
      case 3: return `[${fn.far ? FAR_STACK - 4096 + d.below(8000) : DATA + at}]`;
      case 4: case 5: case 6: return fn.leaf ? `[rsp - ${8 + d.below(12) * 8 + bytes}]` : d.chance(0.5) ? `[rsp + ${d.below(4) * 8}]` : `[rbp - ${64 + d.below(Math.max(1, (fn.frame - 96) / 8)) * 8}]`;
      default: return `[r15 + ${at}]`;
    }
  }
  private operand(bytes: number, fn: Fn): string { return `${WORD[bytes]} ptr ${this.address(bytes, fn)}`; }
  private value(): number { const { d } = this; return d.pick([0, 1, 2, 7, 127, 128, 255, -1, -128, 0x7fffffff, d.below(65536), d.u32() >> 1]); }
  /** Integer arithmetic, whole and partial registers, flags made and used. */
  private integer(fn: Fn): Node {
    const { d } = this, bytes = d.pick([1, 2, 4, 4, 8, 8]), to = register(d.pick(LONG), bytes), from = register(d.pick(SOURCES), bytes), a = d.pick(LONG), b = d.pick(SOURCES), w = d.pick([4, 8]), flags = d.chance(0.25);
    const small = bytes === 1 ? this.value() << 24 >> 24 : bytes === 2 ? this.value() << 16 >> 16 : this.value();
    const op = d.pick(['add', 'sub', 'and', 'or', 'xor', 'cmp', 'test', 'adc', 'sbb', 'mov', 'add', 'sub']);
    if (flags) return this.lines(d.pick([`set${d.pick(CC)} ${register(d.pick(LONG), 1)}`, 'lahf', `adc ${register(a, w)}, ${register(b, w)}`, `sbb ${register(a, w)}, ${register(b, w)}`, `cmov${d.pick(CC)} ${register(a, w)}, ${register(b, w)}`, `rcl ${register(a, w)}, 1`, `rcr ${to}, 1`, `pushfq\npop ${a}`, 'stc', 'clc', 'cmc', 'sahf']));
    switch (d.below(12)) {
      case 0: return this.lines(`${d.pick(['inc', 'dec', 'neg', 'not'])} ${to}`);
      case 1: return this.lines(`${d.pick(['shl', 'shr', 'sar', 'rol', 'ror'])} ${to}, ${d.pick(['cl', '1', '3', '7', '31'])}`);
      case 2: return this.lines(`imul ${register(a, w)}, ${register(b, w)}`);
      case 3: return this.lines(`lea ${register(a, w)}, [${b} + ${d.pick(LONG)}*${d.pick([1, 2, 4, 8])} + ${this.value()}]`);
      case 4: return this.lines(`${d.pick(['movzx', 'movsx'])} ${register(a, w)}, ${register(b, d.pick([1, 2]))}`);
      case 5: return this.lines(d.pick(['mov ah, al', 'xchg ch, dl', 'add dh, cl', 'mov al, dh', 'xor ah, ch', 'cdqe', 'cdq', 'cqo', `bswap ${a}`, `xchg ${a}, ${d.pick(LONG)}`]));
      case 6: return this.lines(`${d.pick(['popcnt', 'tzcnt', 'lzcnt', 'bsf', 'bsr'])} ${register(a, w)}, ${register(b, w)}`);
      case 7: return this.lines(`${d.pick(['bt', 'bts', 'btr'])} ${register(a, w)}, ${d.below(32)}`, `shld ${register(a, w)}, ${register(b, w)}, ${d.below(31)}`);
      case 8: return this.lines(d.pick([`mul ${register(b, w)}`, `imul ${register(b, w)}`, `mov ecx, ${1 + d.below(1000)}\nxor edx, edx\ndiv ecx`, `andn ${a}, ${b}, ${a}`, `shlx ${a}, ${b}, ${a}`]));
      case 9: case 10: return this.lines(`${op} ${to}, ${from}`);
      default: return this.lines(`${op} ${to}, ${op === 'test' && bytes === 8 ? 1 : small}`);
    }
  }
  private memory(fn: Fn): Node {
    const { d } = this, bytes = d.pick([1, 2, 4, 8, 8, 8, 16, 16, this.likes.ymm ? 32 : 8]), m = this.operand(bytes, fn), x = d.below(8);
    if (bytes === 32) return this.lines(d.chance(0.5) ? `vmovdqu ymm${x}, ${m}` : `vmovdqu ${m}, ymm${x}`);
    if (bytes === 16) return this.lines(d.chance(0.5) ? `movdqu xmm${x}, ${m}` : `movdqu ${m}, xmm${x}`);
    const r = register(d.pick(LONG), bytes), base = this.address(8, fn), beside = /\d+\]$/.exec(base) === null ? base : base.replace(/(\d+)\]$/, (_, n: string) => `${Math.max(8, Number(n) + d.pick([8, 16, -8]))}]`);
    switch (d.below(6)) {
      case 0: return this.lines(`mov ${r}, ${m}`);
      case 1: return this.lines(`mov ${m}, ${r}`);
      case 2: return this.lines(`${d.pick(['add', 'sub', 'xor', 'or', 'and', 'cmp', 'adc'])} ${r}, ${m}`);
      case 3: return this.lines(`${d.pick(['add', 'sub', 'xor', 'adc', 'cmp'])} ${m}, ${r}`);
      case 4: return this.lines(`mov rax, ${base}`, `add rdx, ${beside}`, ...d.chance(0.5) ? [`mov ${beside}, rdx`] : []); // one comparison for both, perhaps
      default: return this.lines(d.pick([`inc ${m}`, `lock xadd ${m}, ${r}`, `xchg ${r}, ${m}`, `mov ${m}, ${bytes === 1 ? 17 : 1234}`, `push ${this.operand(8, fn)}\npop ${d.pick(LONG)}`, `push ${d.pick(SOURCES)}\npop qword ptr [r15 + ${d.pick(this.pages) * 4096 + d.below(4090)}]`]));
    }
  }
  /** A table with a byte as index: in loops its page is kept. */
  private lookup(fn: Fn): Node {
    const { d } = this, index = d.pick(['rsi', 'rdi', 'rcx']), base = fn.far ? d.pick(['r15', 'r14']) : 'r15', scale = d.pick([1, 2, 4, 8]), at = d.pick(this.pages) * 4096 + (d.chance(0.7) ? d.below(4096 - 255 * scale) : d.below(4096)), from = d.pick(LONG);
    const byte = d.chance(0.7) ? `movzx ${register(index, 4)}, ${register(from, 1)}` : `${from === index ? '' : `mov ${index}, ${from}\n`}and ${register(index, 4)}, ${d.pick([255, 127, 15])}`, bytes = d.pick([1, 2, 4, 8]), to = register(d.pick(LONG), bytes), m = `[${base} + ${index}*${scale} + ${at}]`;
    return this.lines(byte, d.chance(0.75) ? `${d.pick(['add', 'xor', 'mov'])} ${to}, ${m}` : `${d.pick(['add', 'mov'])} ${m}, ${to}`);
  }
  private float(fn: Fn): Node {
    const { d } = this, x = d.below(6), y = d.below(8), kind = d.pick(['sd', 'sd', 'ss', 'pd', 'ps']), bytes = kind === 'sd' ? 8 : kind === 'ss' ? 4 : 16;
    if (d.chance(this.likes.mxcsr * 0.05)) return this.lines(...this.control());
    if (d.chance(0.5)) { // an ordinary number that has to be rounded: most that come out of arithmetic on anything are NaN soon
      const w = d.pick(['sd', 'ss']), n = w === 'sd' ? 6 : 7;
      return this.lines(`cvtsi2${w} xmm${x}, ${register(d.pick(SOURCES), 4)}`, `${d.pick(['div', 'mul', 'div', 'add'])}${w} xmm${x}, xmm${n}`, ...d.chance(0.3) ? [`movq ${d.pick(LONG)}, xmm${x}`] : []);
    }
    switch (d.below(9)) {
      case 0: return this.lines(`cvtsi2${d.pick(['sd', 'ss'])} xmm${x}, ${register(d.pick(SOURCES), 4)}`);
      case 1: return this.lines(`cvt${d.pick(['t', ''])}${d.pick(['sd', 'ss'])}2si ${register(d.pick(LONG), 8)}, xmm${x}`);
      case 2: return this.lines(d.pick([`cvtsd2ss xmm${x}, xmm${y}`, `cvtss2sd xmm${x}, xmm${y}`, `cvtdq2ps xmm${x}, xmm${y}`, `cvtps2dq xmm${x}, xmm${y}`, `cvtdq2pd xmm${x}, xmm${y}`]));
      case 3: return this.lines(`${d.pick(['ucomisd', 'comiss', 'ucomiss'])} xmm${x}, xmm${y}`);
      case 4: return this.lines(`movq ${d.pick(LONG)}, xmm${x}`);
      case 5: return this.lines(d.pick([`movups xmm${x}, [r15 + ${d.pick(this.pages) * 4096 + 16 * d.below(250)}]`, `paddd xmm${x}, xmm${y}`, `pshufd xmm${x}, xmm${y}, ${d.below(256)}`, `movaps xmm${x}, xmm${y}`, `movq xmm${x}, ${d.pick(SOURCES)}`, `roundsd xmm${x}, xmm${y}, 4`, `haddps xmm${x}, xmm${y}`]));
      case 6: return this.lines(`${d.pick(['add', 'mul', 'div', 'sub'])}${bytes < 16 ? kind : 'sd'} xmm${x}, ${this.operand(bytes < 16 ? bytes : 8, fn)}`);
      case 7: return this.lines(this.likes.ymm ? d.pick([`vaddpd ymm${x}, ymm${y}, ymm${d.below(8)}`, `vfmadd231sd xmm${x}, xmm${y}, xmm${d.below(8)}`, `vdivps ymm${x}, ymm${y}, ymm${d.below(8)}`, `vmulsd xmm${x}, xmm${y}, xmm${d.below(8)}`]) : `divsd xmm${x}, xmm${y}`);
      default: return this.lines(`${d.pick(['add', 'mul', 'div', 'sub', 'sqrt', 'min', 'max'])}${kind} xmm${x}, xmm${y}`);
    }
  }
  /** MXCSR: the usual mode, another rounding, flush to zero, denormals are zero. */
  private control(): string[] {
    const { d } = this, mode = d.chance(0.4) ? 0x1fa0 : 0x1f80 | d.below(4) << 13 | (d.chance(0.3) ? 0x8000 : 0) | (d.chance(0.3) ? 0x40 : 0) | d.below(64);
    return d.chance(0.85) ? [`mov dword ptr [rsp - 8], ${mode}`, 'ldmxcsr [rsp - 8]'] : [`stmxcsr [${SCRATCH}]`, `xor dword ptr [${SCRATCH}], ${d.pick([0x2000, 0x4000, 0x6000, 0x3f])}`, `ldmxcsr [${SCRATCH}]`];
  }
  private x87(fn: Fn): Node {
    const { d } = this;
    if (d.chance(0.25)) return this.lines(`mov word ptr [rsp - 8], ${0x7f | d.pick([0, 2, 3, 3]) << 8 | d.below(4) << 10}`, 'fldcw [rsp - 8]');
    return this.lines(`fld ${this.operand(d.pick([4, 8]), fn)}`, d.pick([`fadd ${this.operand(8, fn)}`, `fdiv ${this.operand(4, fn)}`, `fmul st, st(0)`, 'fsqrt', 'frndint', `fld1\nfaddp`]), d.pick([`fstp ${this.operand(8, fn)}`, `fistp ${this.operand(4, fn)}`, 'fstp st(3)', 'fcomip st, st(1)']));
  }
  private string(fn: Fn): Node {
    const { d } = this, at = (): number => d.pick(this.pages) * 4096 + (d.chance(0.3) ? 4096 - d.below(40) : d.below(4000)), to = at();
    return this.lines(`lea rdi, [r15 + ${Math.min(to, DATA_PAGES * 4096)}]`, `lea rsi, [${fn.far ? 'r14' : 'r15'} + ${d.chance(0.2) ? to + d.below(20) : at()}]`, `mov ecx, ${d.chance(0.1) ? d.below(600) : d.below(40)}`, `rep ${d.pick(['movsb', 'movsq', 'movsd', 'stosb', 'stosq', 'stosd'])}`);
  }
  /** A byte of an immediate in some function changes now and then; or a pointer in the table. */
  private change(): Node {
    const { d } = this, n = d.below(this.functions);
    const store = d.chance(0.6) ? `mov byte ptr [rip + p${n} + 1 + ${d.chance(0.5) ? 0 : this.again}], al` : `mov qword ptr [${TABLE + 8 * d.below(this.functions)}], ${this.target(this.functions - 1 - d.below(3))}`;
    return { id: this.ids++, kind: 'seldom', mask: d.pick([0x7f, 0x1ff, 0xfff]), count: this.counts++, body: [this.lines(store)] };
  }
  /** The function's address, or that in the second mapping. */
  target(n: number): number { return CODE + this.at[n]! + (this.d.chance(this.likes.twice) ? this.again : 0); }
  private call(n: number, fn: Fn): Node {
    const { d } = this, level = this.levels[n]!, deeper = this.levels.map((l, i) => (l > level ? i : -1)).filter((i) => i >= 0), recursive = deeper.length === 0 || d.chance(0.1), to = recursive ? 1 + d.below(this.functions - 1) : d.pick(deeper);
    const how = d.pick([() => `call f${to}`, () => `call f${to}`, () => `call qword ptr [${TABLE + 8 * to}]`, () => `call s${to}`, () => `mov r11d, ${this.target(to)}\ncall r11`, () => `mov ecx, r12d\nand ecx, ${d.pick([1, 3, 3])}\ncall qword ptr [rcx*8 + ${TABLE + 8 * Math.max(1, Math.min(to, this.functions - 4))}]`])();
    const call = this.lines(...d.chance(0.15) ? [`push ${d.pick(LONG)}`, how, `pop ${d.pick(LONG)}`] : [how]);
    // Down the levels all ends by itself; what may lead up again is seldom and not deep, or the program would never come back
    if (!recursive && !how.includes('rcx*8') && this.likes.patch === 0) return call;
    return { id: this.ids++, kind: 'shallow', depth: d.pick([256, 512, 1024, 4096]), body: [recursive || to < 4 ? { id: this.ids++, kind: 'seldom', mask: d.pick([7, 15, 31]), count: this.counts++, body: [call] } : call] };
  }
  private node(n: number, fn: Fn, depth: number, looped: boolean): Node {
    const { d, likes } = this, deeper = depth < (looped ? 2 : 3) ? d.below(100) : 100;
    if (deeper < (looped ? 4 : 18)) {
      const calls = !fn.leaf && d.chance(0.4), scan = !calls && d.chance(0.4), counter = fn.leaf || (!calls && d.chance(0.7)) ? COUNTERS[depth % 3]! : `dword ptr [rbp - ${8 + 8 * depth}]`;
      const rounds = calls || looped ? 1 + d.below(4) : d.chance(0.6) ? 1 + d.below(6) : 8 + d.below(33);
      const body = scan ? Array.from({ length: 1 + d.below(3) }, () => (d.chance(0.7) ? this.lookup(fn) : this.integer(fn))) : this.list(n, fn, depth + 1, 1 + d.below(5), true, calls);
      return { id: this.ids++, kind: 'loop', rounds, counter, body };
    }
    if (deeper < 26) return { id: this.ids++, kind: 'if', cc: d.pick(CC), body: this.list(n, fn, depth + 1, 1 + d.below(4), looped, !looped) };
    const kinds: readonly [number, () => Node][] = [[30, () => this.integer(fn)], [likes.memory, () => this.memory(fn)], [likes.lookup, () => this.lookup(fn)], [likes.fp, () => this.float(fn)], [likes.x87, () => this.x87(fn)], [2, () => this.string(fn)], [likes.patch, () => this.change()]];
    let at = d.below(kinds.reduce((sum, [share]) => sum + share, 0));
    for (const [share, make] of kinds) if ((at -= share) < 0) return make();
    throw new Error('no kind');
  }
  /** A call between two uses of what compiled code takes for granted: floats in the usual mode, a loop over a table. */
  private between(n: number, fn: Fn, depth: number): Node[] {
    const { d } = this, call = this.call(n, fn);
    if (d.chance(0.5)) return this.likes.mxcsr === 0 ? [call] : [this.lines('mov dword ptr [rsp - 8], 0x1fa0', 'ldmxcsr [rsp - 8]'), this.float(fn), call, this.float(fn)];
    const scan: Node = { id: this.ids++, kind: 'loop', rounds: 2 + d.below(5), counter: COUNTERS[d.below(3)]!, body: [this.lookup(fn), ...d.chance(0.5) ? [this.integer(fn)] : []] };
    return [{ id: this.ids++, kind: 'loop', rounds: 2 + d.below(3), counter: `dword ptr [rbp - ${8 + 8 * depth}]`, body: d.chance(0.7) ? [scan, call] : [call, scan, this.memory(fn)] }];
  }
  private list(n: number, fn: Fn, depth: number, length: number, looped = false, calls = true): Node[] {
    const { d } = this, out: Node[] = [];
    for (let i = 0; i < length && this.left-- > 0; i++) {
      if (fn.leaf || !calls || !d.chance(n === 0 ? 0.5 : looped ? 0.4 : 0.25)) out.push(this.node(n, fn, depth, looped));
      else if (looped || !d.chance(0.4)) out.push(this.call(n, fn));
      else out.push(...this.between(n, fn, depth));
    }
    return out;
  }
  function(n: number): Fn {
    const { d } = this, leaf = n > 0 && d.chance(this.levels[n] === 3 ? 0.6 : 0.1), frame = d.chance(0.1) ? 1024 + 8 * d.below(256) : 96 + 8 * d.below(20), saved = COUNTERS.filter(() => d.chance(0.5));
    this.left = MAX_NODES;
    const fn: Fn = { at: this.at[n]!, frame, leaf, far: n > 0 && d.chance(this.likes.far), saved, body: [], end: [] };
    if (n === 0) this.left = 60;
    const body = this.list(n, fn, 0, n === 0 ? 6 + d.below(10) : 2 + d.below(12));
    if (n === 0) for (let i = 0; i < 4; i++) body.splice(d.below(body.length + 1), 0, ...this.between(0, fn, 0));
    if (n > 0 && d.chance(this.likes.mxcsr)) body.splice(d.chance(0.6) ? 0 : d.below(body.length + 1), 0, this.lines(...this.control()));
    const deeper = this.levels.map((l, i) => (l > this.levels[n]! ? i : -1)).filter((i) => i >= 0), to = deeper.length > 0 ? d.pick(deeper) : 0;
    const end = to > 0 && d.chance(0.12) ? [d.pick([`jmp f${to}`, `jmp qword ptr [${TABLE + 8 * to}]`])] : !leaf && d.chance(0.08) ? ['mov rax, [rbp]', 'cmp qword ptr [rax], 0', `je .Le${n}`, 'leave', 'lea rsp, [rsp + 8]', 'leave', 'ret', `.Le${n}:`, 'leave', 'ret'] : ['ret'];
    return { ...fn, body, end: end.length > 1 || leaf ? end : ['leave', ...end] };
  }
}

export function makeCallProgram(seed: number): CallProgram {
  const d = new Dice(seed), functions = 6 + d.below(11), again = d.pick(CODE_AGAIN), at = [0], levels = [0];
  let page = 0;
  for (let n = 1; n < functions; n++) {
    page += 2 + d.below(5);
    at.push(page * 4096 + (d.chance(0.5) ? 0 : d.chance(0.6) ? 16 * d.below(256) : d.below(4096)));
    levels.push(1 + Math.min(2, Math.floor(3 * n / functions)));
  }
  const maker = new Maker(d, functions, again, at, levels), list = at.map((_, n) => maker.function(n));
  return {
    seed, hot: d.pick([128, 128, 256]), cycles: d.pick([500_000, 1_500_000, 3_000_000]), start: STACK - (d.chance(0.5) ? 4096 - 8 * d.below(64) : 8 * d.below(512)) + (d.chance(0.05) ? d.below(8) : 0),
    again, far: d.pick([FAR, FAR, AGAIN, BESIDE]), functions: list, stubs: (page + 3) * 4096, table: at.map((_, n) => maker.target(n)), nodes: list.flatMap((f) => f.body.flatMap(idsOf)),
  };
}

/** The program's text, of which only some nodes are kept; the body of one that is left out stays. */
export function textOf(p: CallProgram, kept: ReadonlySet<number> | null = null): string {
  const out: string[] = [];
  const emit = (n: Node): void => {
    const inside = (): void => n.kind === 'lines' ? undefined : n.body.forEach(emit);
    if (kept !== null && !kept.has(n.id)) { inside(); return; }
    const l = `.L${n.id}`;
    switch (n.kind) {
      case 'lines': out.push(...n.lines); return;
      case 'loop': { // a counter that was changed still comes to its end
        const c = OF[n.counter]?.[0] ?? n.counter;
        out.push(`mov ${c}, ${n.rounds}`, `${l}:`);
        inside();
        out.push(`and ${c}, 63`, `sub ${c}, 1`, `jg ${l}`);
        return;
      }
      case 'if': out.push(`j${n.cc} ${l}`); inside(); out.push(`${l}:`); return;
      case 'seldom': out.push(`inc dword ptr [${COUNTS + 4 * n.count}]`, `test dword ptr [${COUNTS + 4 * n.count}], ${n.mask}`, `jnz ${l}`); inside(); out.push(`${l}:`); return;
      case 'shallow': out.push(`cmp rsp, ${p.start - n.depth}`, `jb ${l}`); inside(); out.push(`${l}:`); return;
    }
  };
  p.functions.forEach((f, n) => {
    out.push(`.org ${f.at}`, `f${n}:`);
    if (n === 0) {
      out.push('push 0', 'mov rbp, rsp', `sub rsp, ${f.frame}`, `mov r15, ${DATA}`, `mov r14, ${p.far}`, ...Array.from({ length: 8 }, (_, i) => `movups xmm${i}, [r15 + ${i * 16}]`), 'top: inc r12');
      f.body.forEach(emit);
      out.push('p0: mov eax, 1', 'jmp top');
      return;
    }
    if (f.leaf) out.push(...f.saved.map((r) => `push ${r}`)); else out.push('push rbp', 'mov rbp, rsp', `sub rsp, ${f.frame}`);
    f.body.forEach(emit);
    out.push(`p${n}: mov ${n % 2 === 0 ? 'edx' : 'esi'}, ${n}`);
    if (f.leaf) out.push(...[...f.saved].reverse().map((r) => `pop ${r}`));
    out.push(...f.end);
  });
  out.push(`.org ${p.stubs}`, ...p.functions.map((_, n) => `.balign 16\ns${n}: jmp qword ptr [${TABLE + 8 * n}]`));
  return out.join('\n');
}

/** What the program finds: its pages, its data, its stack. */
export function prepare({ map, ram, cpu }: Machine, p: CallProgram): void {
  const d = new Dice(p.seed ^ 0x5eed), data = new Uint8Array(16 * 4096);
  for (let i = 0; i < MAX_PAGES; i++) { map(CODE + i * 4096, CODE_FRAME + i, 7); map(CODE + p.again + i * 4096, CODE_FRAME + i, 7); }
  for (let i = 0; i < 16; i++) {
    map(FAR + i * 4096, FAR_FRAME + i, 7);
    map(AGAIN + i * 4096, DATA_FRAME + i, 7);
    map(BESIDE + i * 4096, DATA_FRAME + i, 7);
    map(FAR_STACK - 8 * 4096 + i * 4096, FAR_FRAME + 16 + i, 7);
  }
  for (let i = 0; i < 16; i++) fillBytes(d, data.subarray(i * 4096, i * 4096 + 4096), d.below(4));
  ram.write(FAR_FRAME * 4096 as never, data, 0, data.length);
  const table = new DataView(data.buffer, 15 * 4096);
  const constants = new DataView(data.buffer, 6 * 16);
  [3, 0.1].forEach((x, i) => { constants.setFloat64(i * 8, x, true); });
  [3, 0.1, 7, 1e10].forEach((x, i) => { constants.setFloat32(16 + i * 4, x, true); });
  data.fill(0, 15 * 4096);
  p.table.forEach((to, n) => table.setUint32(n * 8, to, true));
  ram.write(DATA_FRAME * 4096 as never, data, 0, data.length);
  cpu.regs(0).setGpr(4, p.start);
}
