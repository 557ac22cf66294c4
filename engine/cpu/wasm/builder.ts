// Emits WebAssembly: a module and its functions as bytes. Knows the binary format and nothing of x86.
import { FC_OPS, MEM_OPS, PLAIN_OPS, SIMD_LANE_OPS, SIMD_MEM_LANE_OPS, SIMD_MEM_OPS, SIMD_OPS } from './opcodes.ts';

export const I32 = 0x7f, I64 = 0x7e, F32 = 0x7d, F64 = 0x7c, V128 = 0x7b, FUNCREF = 0x70;
export type ValType = typeof I32 | typeof I64 | typeof F32 | typeof F64 | typeof V128;
/** A block's type: nothing, one value, or a function type index (from Module.type). */
export type BlockType = undefined | ValType | { type: number };
/** A branch target: the nesting depth at which block/loop/if was opened. Label 0 is the function body. */
export type Label = number;

/** A growable byte buffer with the encodings of the binary format. */
export class Bytes {
  u8: Uint8Array;
  length = 0;
  constructor(capacity = 256) { this.u8 = new Uint8Array(capacity); }
  private grow(need: number): void {
    let capacity = this.u8.length * 2;
    while (capacity < need) capacity *= 2;
    const bigger = new Uint8Array(capacity);
    bigger.set(this.u8.subarray(0, this.length));
    this.u8 = bigger;
  }
  byte(value: number): void {
    if (this.length === this.u8.length) this.grow(this.length + 1);
    this.u8[this.length++] = value;
  }
  /** Unsigned LEB128 of a u32. */
  leb(value: number): void {
    value >>>= 0;
    while (value > 127) { this.byte((value & 127) | 128); value >>>= 7; }
    this.byte(value);
  }
  /** Room for the LEB128 of a u32 below 2^21, three bytes. */
  leb3(): void { this.byte(0x80); this.byte(0x80); this.byte(0); }
  setLeb3(at: number, value: number): void {
    this.u8[at] = (value & 127) | 128;
    this.u8[at + 1] = ((value >>> 7) & 127) | 128;
    this.u8[at + 2] = value >>> 14;
  }
  /** Signed LEB128 of an i32. */
  sleb(value: number): void {
    value |= 0;
    for (;;) {
      const low = value & 127;
      value >>= 7;
      if ((value === 0 && (low & 64) === 0) || (value === -1 && (low & 64) !== 0)) { this.byte(low); return; }
      this.byte(low | 128);
    }
  }
  /** Signed LEB128 of an i64 given as halves. */
  sleb64(lo: number, hi: number): void {
    lo |= 0; hi |= 0;
    for (;;) {
      const low = lo & 127;
      lo = (lo >>> 7) | (hi << 25);
      hi >>= 7;
      if ((lo === 0 && hi === 0 && (low & 64) === 0) || (lo === -1 && hi === -1 && (low & 64) !== 0)) { this.byte(low); return; }
      this.byte(low | 128);
    }
  }
  raw(bytes: Uint8Array, from = 0, to = bytes.length): void {
    const n = to - from;
    if (this.length + n > this.u8.length) this.grow(this.length + n);
    this.u8.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to), this.length);
    this.length += n;
  }
  name(text: string): void {
    this.leb(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i) & 127);
  }
  done(): Uint8Array { return this.u8.subarray(0, this.length); }
}

/** Methods of the class, which a function that watches what is emitted overrides. */
type Watched = 'i32WrapI64' | 'i64ExtendI32U' | 'i64And' | 'i64Load8U' | 'i64Load16U' | 'i64Load32U';
type PlainMethods = { [K in Exclude<keyof typeof PLAIN_OPS | keyof typeof FC_OPS | keyof typeof SIMD_OPS, Watched>]: () => Func };
type MemMethods = { [K in Exclude<keyof typeof MEM_OPS | keyof typeof SIMD_MEM_OPS, Watched>]: (offset?: number, alignLog2?: number) => Func };
type LaneMethods = { [K in keyof typeof SIMD_LANE_OPS]: (lane: number) => Func };
type MemLaneMethods = { [K in keyof typeof SIMD_MEM_LANE_OPS]: (lane: number, offset?: number) => Func };

/** The instructions of the tables in opcodes.ts are methods: `f.get(a).get(b).i64Add().set(c)`; loads take (offset, alignLog2). */
export interface Func extends PlainMethods, MemMethods, LaneMethods, MemLaneMethods {}

const scratchF = new DataView(new ArrayBuffer(8));

export class Func {
  code = new Bytes(512);
  /** Present nesting depth; the function body itself is 0. */
  depth = 0;
  private readonly locals: ValType[] = [];
  /** By I32 − type. */
  private readonly freeLocals: number[][] = [[], [], [], [], []];
  /** Offsets in the code and values. */
  private hints: number[] = [];
  /** Where the index of a function of the module is to stand, and the function. */
  private calls: { at: number; target: Func }[] = [];
  readonly paramCount: number;

  /** @param ordinal among the functions that the module defines. */
  constructor(readonly module: Module, private readonly ordinal: number, readonly typeIndex: number, readonly params: readonly ValType[]) {
    this.paramCount = params.length;
  }
  /** In the module's function space. Asking for it fixes it: no function can be imported any more. */
  get index(): number { return this.module.firstDefined() + this.ordinal; }

  // ---- locals
  /** A local of that type, perhaps one freed before (its value is then arbitrary). */
  local(type: ValType): number {
    const free = this.freeLocals[I32 - type]!;
    return free.length > 0 ? free.pop()! : this.freshLocal(type);
  }
  /** A local never used before: it starts as zero. */
  freshLocal(type: ValType): number {
    const local = this.paramCount + this.locals.length;
    this.locals.push(type);
    this.added(local);
    return local;
  }
  /** There is one more local. */
  protected added(_local: number): void { /* of no interest here */ }
  release(local: number): void { this.freeLocals[I32 - this.typeOf(local)]!.push(local); }
  free(...locals: number[]): void { for (const local of locals) this.release(local); }
  /** Frees all locals from that one on. */
  freeFrom(first: number): void {
    for (const free of this.freeLocals) free.length = 0;
    for (let i = this.localCount - 1; i >= first; i--) this.release(i);
  }
  typeOf(local: number): ValType {
    return local < this.paramCount ? this.params[local]! : this.locals[local - this.paramCount]!;
  }
  /** See fix(). */
  protected fixed = -1; protected fixedValue = 0;
  /** An i32 parameter that has the same value at every call: V8 makes it part of displacements, and needs no register for it. */
  fix(parameter: number, value: number): void { this.fixed = parameter; this.fixedValue = value; }
  /** The value of a local that is known to be always the same. */
  constantOf(local: number): number | undefined { return local === this.fixed ? this.fixedValue : undefined; }
  /** True when the i64 on the stack is known to have no more bits than so many; not known here. */
  fits(_bits: number): boolean { return false; }
  get localCount(): number { return this.paramCount + this.locals.length; }
  get(local: number): this { if (local === this.fixed) return this.i32Const(this.fixedValue); this.code.byte(0x20); this.code.leb(local); return this; }
  set(local: number): this { this.code.byte(0x21); this.code.leb(local); return this; }
  tee(local: number): this { this.code.byte(0x22); this.code.leb(local); return this; }
  globalGet(index: number): this { this.code.byte(0x23); this.code.leb(index); return this; }
  globalSet(index: number): this { this.code.byte(0x24); this.code.leb(index); return this; }

  /** An instruction without an immediate, by opcode (PLAIN_OPS); none that is watched. */
  plain(op: number): this { this.code.byte(op); return this; }
  i32WrapI64(): this { this.code.byte(PLAIN_OPS.i32WrapI64); return this; }
  i64ExtendI32U(): this { this.code.byte(PLAIN_OPS.i64ExtendI32U); return this; }
  i64And(): this { this.code.byte(PLAIN_OPS.i64And); return this; }
  i64Load8U(offset = 0, alignLog2 = 0): this { return this.access(MEM_OPS.i64Load8U[0], offset, alignLog2); }
  i64Load16U(offset = 0, alignLog2 = 1): this { return this.access(MEM_OPS.i64Load16U[0], offset, alignLog2); }
  i64Load32U(offset = 0, alignLog2 = 2): this { return this.access(MEM_OPS.i64Load32U[0], offset, alignLog2); }
  private access(op: number, offset: number, alignLog2: number): this { this.code.byte(op); this.code.leb(alignLog2); this.code.leb(offset); return this; }

  // ---- constants
  i32Const(value: number): this { this.code.byte(0x41); this.code.sleb(value); return this; }
  /** From halves; with one argument, from a JS integer (exact ones only), sign included. */
  i64Const(lo: number, hi?: number): this {
    this.code.byte(0x42);
    if (hi === undefined) hi = (lo | 0) === lo ? lo >> 31 : Math.floor(lo / 4294967296);
    if ((hi | 0) === (lo | 0) >> 31) this.code.sleb(lo); else this.code.sleb64(lo, hi);
    return this;
  }
  f32Const(value: number): this {
    scratchF.setFloat32(0, value, true);
    this.code.byte(0x43);
    for (let i = 0; i < 4; i++) this.code.byte(scratchF.getUint8(i));
    return this;
  }
  f64Const(value: number): this {
    scratchF.setFloat64(0, value, true);
    this.code.byte(0x44);
    for (let i = 0; i < 8; i++) this.code.byte(scratchF.getUint8(i));
    return this;
  }
  /** From 16 bytes, or from four little-endian u32. */
  v128Const(bytes: ArrayLike<number>): this {
    this.simd(12);
    if (bytes.length === 4) for (let i = 0; i < 16; i++) this.code.byte((bytes[i >> 2]! >>> (8 * (i & 3))) & 255);
    else for (let i = 0; i < 16; i++) this.code.byte(bytes[i]! & 255);
    return this;
  }
  i8x16Shuffle(lanes: ArrayLike<number>): this {
    this.simd(13);
    for (let i = 0; i < 16; i++) this.code.byte(lanes[i]!);
    return this;
  }
  private simd(op: number): void { this.code.byte(0xfd); this.code.leb(op); }

  // ---- control
  private blockType(type: BlockType): void {
    if (type === undefined) this.code.byte(0x40);
    else if (typeof type === 'number') this.code.byte(type);
    else this.code.sleb(type.type);
  }
  block(type?: BlockType): Label { this.code.byte(0x02); this.blockType(type); return ++this.depth; }
  loop(type?: BlockType): Label { this.code.byte(0x03); this.blockType(type); return ++this.depth; }
  if(type?: BlockType): Label { this.code.byte(0x04); this.blockType(type); return ++this.depth; }
  /** `if`, for chains that need no label. */
  ifThen(type?: BlockType): this { this.if(type); return this; }
  else(): this { this.code.byte(0x05); return this; }
  end(): this {
    if (this.depth === 0) throw new Error('end without block');
    this.depth--;
    this.code.byte(0x0b);
    return this;
  }
  private relative(label: Label): number {
    const relative = this.depth - label;
    if (relative < 0) throw new Error('branch to a closed label');
    return relative;
  }
  br(label: Label): this { this.code.byte(0x0c); this.code.leb(this.relative(label)); return this; }
  brIf(label: Label): this { this.code.byte(0x0d); this.code.leb(this.relative(label)); return this; }
  brTable(labels: readonly Label[], otherwise: Label): this {
    this.code.byte(0x0e);
    this.code.leb(labels.length);
    for (const label of labels) this.code.leb(this.relative(label));
    this.code.leb(this.relative(otherwise));
    return this;
  }
  /** A branch hint for the brIf or if that follows at once (custom section metadata.code.branch_hint; ignored where unknown). */
  hint(likely: boolean): this { this.hints.push(this.code.length, likely ? 1 : 0); return this; }
  call(target: number | Func): this { this.code.byte(0x10); this.callee(target); return this; }
  returnCall(target: number | Func): this { this.code.byte(0x12); this.callee(target); return this; }
  private callee(target: number | Func): void {
    if (typeof target === 'number') { this.code.leb(target); return; }
    this.calls.push({ at: this.code.length, target });
    this.code.leb3();
  }
  /** Type index from Module.type; the callee's table slot is on top of the stack. */
  callIndirect(type: number, table = 0): this { this.code.byte(0x11); this.code.leb(type); this.code.leb(table); return this; }
  returnCallIndirect(type: number, table = 0): this { this.code.byte(0x13); this.code.leb(type); this.code.leb(table); return this; }

  // ---- memory
  memoryCopy(): this { this.code.byte(0xfc); this.code.leb(10); this.code.byte(0); this.code.byte(0); return this; }
  memoryFill(): this { this.code.byte(0xfc); this.code.leb(11); this.code.byte(0); return this; }
  memorySize(): this { this.code.byte(0x3f); this.code.byte(0); return this; }

  /** What `emit` emits comes before all that is there: for what is known last. */
  prepend(emit: () => void): void {
    const { code, hints, calls } = this;
    this.code = new Bytes(256);
    this.hints = [];
    this.calls = [];
    emit();
    const shift = this.code.length;
    this.code.raw(code.done());
    hints.forEach((value, i) => this.hints.push((i & 1) === 0 ? value + shift : value));
    for (const { at, target } of calls) this.calls.push({ at: at + shift, target });
  }
  /** Local declarations and code, as the code section holds them; hintOffsets are relative to its start. */
  body(): { bytes: Uint8Array; hints: number[] } {
    if (this.depth !== 0) throw new Error(`function ${this.index}: ${this.depth} blocks left open`);
    const head = new Bytes(32);
    let runs = 0;
    for (let i = 0; i < this.locals.length; i++) if (i === 0 || this.locals[i] !== this.locals[i - 1]) runs++;
    head.leb(runs);
    for (let i = 0; i < this.locals.length;) {
      let j = i;
      while (j < this.locals.length && this.locals[j] === this.locals[i]) j++;
      head.leb(j - i);
      head.byte(this.locals[i]!);
      i = j;
    }
    const hints = this.hints.map((value, i) => (i & 1) === 0 ? value + head.length : value);
    for (const { at, target } of this.calls) this.code.setLeb3(at, target.index);
    head.raw(this.code.done());
    head.byte(0x0b);
    return { bytes: head.done(), hints };
  }
}

function install(): void {
  // An object made without a prototype is a hash table; adding to a prototype would copy its table of properties for each.
  const proto: Record<string, unknown> = Object.create(null);
  for (const [name, op] of Object.entries(PLAIN_OPS)) {
    proto[name] = function (this: Func) { this.code.byte(op); return this; };
  }
  for (const [name, op] of Object.entries(FC_OPS)) {
    proto[name] = function (this: Func) { this.code.byte(0xfc); this.code.leb(op); return this; };
  }
  for (const [name, op] of Object.entries(SIMD_OPS)) {
    proto[name] = function (this: Func) { this.code.byte(0xfd); this.code.leb(op); return this; };
  }
  for (const [name, op] of Object.entries(SIMD_LANE_OPS)) {
    proto[name] = function (this: Func, lane: number) { this.code.byte(0xfd); this.code.leb(op); this.code.byte(lane); return this; };
  }
  for (const [name, [op, natural]] of Object.entries(MEM_OPS)) {
    proto[name] = function (this: Func, offset = 0, alignLog2: number = natural) {
      this.code.byte(op); this.code.leb(alignLog2); this.code.leb(offset); return this;
    };
  }
  for (const [name, [op, natural]] of Object.entries(SIMD_MEM_OPS)) {
    proto[name] = function (this: Func, offset = 0, alignLog2: number = natural) {
      this.code.byte(0xfd); this.code.leb(op); this.code.leb(alignLog2); this.code.leb(offset); return this;
    };
  }
  for (const [name, [op, natural]] of Object.entries(SIMD_MEM_LANE_OPS)) {
    proto[name] = function (this: Func, lane: number, offset = 0) {
      this.code.byte(0xfd); this.code.leb(op); this.code.leb(natural); this.code.leb(offset); this.code.byte(lane); return this;
    };
  }
  Object.setPrototypeOf(Func.prototype, proto);
}
install();

export interface MemoryLimits { initial: number; maximum?: number; shared?: boolean }
export interface TableLimits { initial: number; maximum?: number }

/** A module. Functions may be imported until the index of a defined one is asked for (by a table or finish()). */
export class Module {
  /** Its maker wants events counted while the code runs (../counts.ts). */
  counting = false;
  private readonly typeKeys = new Map<string, number>();
  private readonly types = new Bytes(64);
  private readonly imports = new Bytes(64);
  private importCount = 0;
  private importedFuncs = 0;
  private tableCount = 0;
  private globalCount = 0;
  private readonly tables = new Bytes(16);
  private definedTables = 0;
  private readonly globals = new Bytes(16);
  private definedGlobals = 0;
  private memory: MemoryLimits | null = null;
  private readonly exports: { name: string; kind: number; f: Func | null; index: number }[] = [];
  private readonly elements = new Bytes(64);
  private elementCount = 0;
  private readonly dataSegments = new Bytes(64);
  private dataCount = 0;
  readonly funcs: Func[] = [];

  /** Index of a function type; equal ones are shared. */
  type(params: readonly ValType[], results: readonly ValType[]): number {
    const key = `${params.join()}>${results.join()}`;
    const known = this.typeKeys.get(key);
    if (known !== undefined) return known;
    const index = this.typeKeys.size;
    this.typeKeys.set(key, index);
    this.types.byte(0x60);
    this.types.leb(params.length);
    for (const t of params) this.types.byte(t);
    this.types.leb(results.length);
    for (const t of results) this.types.byte(t);
    return index;
  }

  private limits(to: Bytes, l: MemoryLimits): void {
    to.byte((l.maximum === undefined ? 0 : 1) | (l.shared === true ? 2 : 0));
    to.leb(l.initial);
    if (l.maximum !== undefined) to.leb(l.maximum);
  }
  importMemory(module: string, name: string, limits: MemoryLimits): void {
    this.imports.name(module); this.imports.name(name); this.imports.byte(2);
    this.limits(this.imports, limits);
    this.importCount++;
  }
  importFunc(module: string, name: string, params: readonly ValType[], results: readonly ValType[]): number {
    if (this.indexed) throw new Error('function imports come before the first index');
    this.imports.name(module); this.imports.name(name); this.imports.byte(0);
    this.imports.leb(this.type(params, results));
    this.importCount++;
    return this.importedFuncs++;
  }
  /** The same, once for each name. */
  importFuncOnce(module: string, name: string, params: readonly ValType[], results: readonly ValType[]): number {
    let index = this.once.get(name);
    if (index === undefined) this.once.set(name, index = this.importFunc(module, name, params, results));
    return index;
  }
  private readonly once = new Map<string, number>();
  /** Names given to importFuncOnce. */
  get importedOnce(): Iterable<string> { return this.once.keys(); }
  private indexed = false;
  firstDefined(): number { this.indexed = true; return this.importedFuncs; }
  importTable(module: string, name: string, limits: TableLimits): number {
    if (this.definedTables > 0) throw new Error('table imports come before tables');
    this.imports.name(module); this.imports.name(name); this.imports.byte(1); this.imports.byte(FUNCREF);
    this.limits(this.imports, limits);
    this.importCount++;
    return this.tableCount++;
  }
  importGlobal(module: string, name: string, type: ValType, mutable: boolean): number {
    if (this.definedGlobals > 0) throw new Error('global imports come before globals');
    this.imports.name(module); this.imports.name(name); this.imports.byte(3); this.imports.byte(type); this.imports.byte(mutable ? 1 : 0);
    this.importCount++;
    return this.globalCount++;
  }
  defineMemory(limits: MemoryLimits): void { this.memory = limits; }
  table(limits: TableLimits): number {
    this.tables.byte(FUNCREF);
    this.limits(this.tables, limits);
    this.definedTables++;
    return this.tableCount++;
  }
  /** An i32 or i64 global with a constant initial value. */
  global(type: typeof I32 | typeof I64, mutable: boolean, initial = 0): number {
    this.globals.byte(type); this.globals.byte(mutable ? 1 : 0);
    this.globals.byte(type === I32 ? 0x41 : 0x42);
    this.globals.sleb64(initial | 0, Math.floor(initial / 4294967296));
    this.globals.byte(0x0b);
    this.definedGlobals++;
    return this.globalCount++;
  }
  /** A function to be filled in; calls may run ahead of bodies. */
  func(params: readonly ValType[], results: readonly ValType[], exportName?: string): Func { return this.funcOf(Func, params, results, exportName); }
  /** A function of a kind that watches what is emitted. */
  funcOf<F extends Func>(kind: new (...args: ConstructorParameters<typeof Func>) => F, params: readonly ValType[], results: readonly ValType[], exportName?: string): F {
    const f = new kind(this, this.funcs.length, this.type(params, results), params);
    this.funcs.push(f);
    if (exportName !== undefined) this.exportFunc(exportName, f);
    return f;
  }
  exportFunc(name: string, f: Func): void { this.exports.push({ name, kind: 0, f, index: 0 }); }
  exportTable(name: string, index = 0): void { this.exports.push({ name, kind: 1, f: null, index }); }
  exportMemory(name: string): void { this.exports.push({ name, kind: 2, f: null, index: 0 }); }
  /** Active element segment: functions into table slots from `offset`. */
  elem(offset: number, functions: readonly (number | Func)[], table = 0): void {
    this.elements.leb(table === 0 ? 0 : 2);
    if (table !== 0) this.elements.leb(table);
    this.elements.byte(0x41); this.elements.sleb(offset); this.elements.byte(0x0b);
    if (table !== 0) this.elements.byte(0);
    this.elements.leb(functions.length);
    for (const f of functions) this.elements.leb(typeof f === 'number' ? f : f.index);
    this.elementCount++;
  }
  data(offset: number, bytes: Uint8Array): void {
    this.dataSegments.leb(0);
    this.dataSegments.byte(0x41); this.dataSegments.sleb(offset); this.dataSegments.byte(0x0b);
    this.dataSegments.leb(bytes.length);
    this.dataSegments.raw(bytes);
    this.dataCount++;
  }

  finish(): Uint8Array {
    const out = new Bytes(4096);
    for (const b of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) out.byte(b);
    const section = (id: number, count: number, content: Bytes): void => {
      if (count === 0) return;
      const head = new Bytes(8);
      head.leb(count);
      out.byte(id);
      out.leb(head.length + content.length);
      out.raw(head.done());
      out.raw(content.done());
    };
    section(1, this.typeKeys.size, this.types);
    section(2, this.importCount, this.imports);
    const functionTypes = new Bytes(64);
    for (const f of this.funcs) functionTypes.leb(f.typeIndex);
    section(3, this.funcs.length, functionTypes);
    section(4, this.definedTables, this.tables);
    if (this.memory !== null) {
      const memories = new Bytes(16);
      this.limits(memories, this.memory);
      section(5, 1, memories);
    }
    section(6, this.definedGlobals, this.globals);
    const exports = new Bytes(64);
    for (const { name, kind, f, index } of this.exports) { exports.name(name); exports.byte(kind); exports.leb(f?.index ?? index); }
    section(7, this.exports.length, exports);
    section(9, this.elementCount, this.elements);
    const code = new Bytes(4096);
    const hintSection = new Bytes(64);
    let hinted = 0;
    for (const f of this.funcs) {
      const { bytes, hints } = f.body();
      code.leb(bytes.length);
      code.raw(bytes);
      if (hints.length === 0) continue;
      hinted++;
      hintSection.leb(f.index);
      hintSection.leb(hints.length / 2);
      for (let i = 0; i < hints.length; i += 2) { hintSection.leb(hints[i]!); hintSection.byte(1); hintSection.byte(hints[i + 1]!); }
    }
    if (hinted > 0) { // must precede the code section
      const custom = new Bytes(64);
      custom.name('metadata.code.branch_hint');
      custom.leb(hinted);
      custom.raw(hintSection.done());
      out.byte(0);
      out.leb(custom.length);
      out.raw(custom.done());
    }
    section(10, this.funcs.length, code);
    section(11, this.dataCount, this.dataSegments);
    return out.done().slice();
  }
}
