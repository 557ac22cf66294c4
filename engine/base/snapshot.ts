// Law 4 made real: walks everything reachable from a root of registered state and writes it as bytes, and back.
// Identity, cycles and Map/Set order are preserved; what is not plain data is refused with the path to it.
// Not here: RAM and processor state, which are externals and save themselves (engine/boot).
import { assert, KtraceBug } from './assert.ts';
import { externalName, stateClassNamed, stateClassOf } from './state.ts';

/** Thrown when state holds something that is not data: our own bug. */
export class SnapshotError extends KtraceBug {}

const V = { undef: 0, nul: 1, no: 2, yes: 3, int: 4, double: 5, str: 6, ref: 7, hole: 8, bigint: 9, negInt: 10 } as const;
const O = { external: 0, instance: 1, array: 2, map: 3, set: 4, plain: 5, bare: 6, buffer: 7, view: 8 } as const;
const VIEWS = { Uint8Array, Int8Array, Uint8ClampedArray, Uint16Array, Int16Array, Uint32Array, Int32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView } as const;
const VIEW_NAMES = Object.keys(VIEWS) as (keyof typeof VIEWS)[];
const MAGIC = 0x31534b; // "KS1"
const CHUNK = 4096;

class Out {
  bytes = new Uint8Array(1 << 16);
  at = 0;
  need(n: number): void {
    if (this.at + n <= this.bytes.length) return;
    const bigger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + n));
    bigger.set(this.bytes.subarray(0, this.at));
    this.bytes = bigger;
  }
  u8(v: number): void { this.need(1); this.bytes[this.at++] = v; }
  /** LEB128 of an integer in [0, 2^53). */
  uint(v: number): void {
    this.need(8);
    while (v >= 128) { this.bytes[this.at++] = (v % 128) | 128; v = Math.floor(v / 128); }
    this.bytes[this.at++] = v;
  }
  f64(v: number): void {
    this.need(8);
    new DataView(this.bytes.buffer).setFloat64(this.at, v, true);
    this.at += 8;
  }
  raw(src: Uint8Array): void { this.need(src.length); this.bytes.set(src, this.at); this.at += src.length; }
  /** Characters as bytes when all are below 256, else as 16-bit units. */
  text(s: string): void {
    let wide = 0;
    for (let i = 0; i < s.length; i++) if (s.charCodeAt(i) > 255) { wide = 1; break; }
    this.uint(s.length * 2 + wide);
    this.need(s.length * (1 + wide));
    for (let i = 0; i < s.length; i++) {
      const c = s.charCodeAt(i);
      this.bytes[this.at++] = c;
      if (wide) this.bytes[this.at++] = c >> 8;
    }
  }
  done(): Uint8Array { return this.bytes.subarray(0, this.at); }
}

class In {
  at = 0;
  private readonly view: DataView;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) { this.bytes = bytes; this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength); }
  u8(): number { assert(this.at < this.bytes.length, 'snapshot ends early'); return this.bytes[this.at++]!; }
  uint(): number {
    let v = 0;
    for (let scale = 1; ; scale *= 128) {
      const b = this.u8();
      v += (b & 127) * scale;
      if (b < 128) return v;
    }
  }
  f64(): number { const v = this.view.getFloat64(this.at, true); this.at += 8; return v; }
  raw(n: number): Uint8Array { assert(this.at + n <= this.bytes.length, 'snapshot ends early'); this.at += n; return this.bytes.subarray(this.at - n, this.at); }
  text(): string {
    const head = this.uint(), n = Math.floor(head / 2), wide = head % 2;
    const raw = this.raw(n * (1 + wide));
    let s = '';
    for (let i = 0; i < n; i++) s += String.fromCharCode(wide ? raw[i * 2]! | (raw[i * 2 + 1]! << 8) : raw[i]!);
    return s;
  }
}

class Walker {
  readonly ids = new Map<object, number>();
  readonly objects: object[] = [];
  readonly parents: number[] = [];
  readonly keys: (string | number)[] = [];
  readonly strings = new Map<string, number>();
  readonly shells = new Out();
  readonly bodies = new Out();
  readonly texts = new Out();

  path(id: number): string {
    const parts: string[] = [];
    for (let i = id; i > 0; i = this.parents[i]!) {
      const key = this.keys[i]!;
      parts.push(typeof key === 'number' ? `[${key}]` : key.startsWith('<') ? key : `.${key}`);
    }
    return 'root' + parts.reverse().join('');
  }
  refuse(parent: number, key: string | number, what: string): never {
    const name = typeof key === 'number' ? `[${key}]` : `.${key}`;
    throw new SnapshotError(`state holds ${what} at ${this.path(parent)}${name}`);
  }
  string(s: string): number {
    let id = this.strings.get(s);
    if (id === undefined) { id = this.strings.size; this.strings.set(s, id); this.texts.text(s); }
    return id;
  }
  value(v: unknown, parent: number, key: string | number): void {
    const out = this.bodies;
    switch (typeof v) {
      case 'undefined': out.u8(V.undef); return;
      case 'boolean': out.u8(v ? V.yes : V.no); return;
      case 'string': out.u8(V.str); out.uint(this.string(v)); return;
      case 'bigint': out.u8(V.bigint); out.uint(this.string(v.toString())); return;
      case 'number':
        if (Number.isSafeInteger(v) && !Object.is(v, -0)) {
          if (v >= 0) { out.u8(V.int); out.uint(v); } else { out.u8(V.negInt); out.uint(-v); }
        } else { out.u8(V.double); out.f64(v); }
        return;
      case 'object':
        if (v === null) { out.u8(V.nul); return; }
        out.u8(V.ref);
        out.uint(this.object(v, parent, key));
        return;
      default: this.refuse(parent, key, `a ${typeof v}`);
    }
  }
  /** The id of an object; a new one gets its shell now and its body when its turn comes. */
  object(o: object, parent: number, key: string | number): number {
    const known = this.ids.get(o);
    if (known !== undefined) return known;
    const id = this.objects.length;
    this.ids.set(o, id);
    this.objects.push(o);
    this.parents.push(parent);
    this.keys.push(key);
    this.shell(o, parent, key);
    return id;
  }
  shell(o: object, parent: number, key: string | number): void {
    const out = this.shells;
    const name = externalName(o);
    if (name !== undefined) { out.u8(O.external); out.uint(this.string(name)); return; }
    if (Array.isArray(o)) { out.u8(O.array); out.uint(o.length); return; }
    const proto = Object.getPrototypeOf(o) as object | null;
    if (proto === null) { out.u8(O.bare); return; }
    if (proto === Object.prototype) { out.u8(O.plain); return; }
    if (proto === Map.prototype) { out.u8(O.map); out.uint((o as Map<unknown, unknown>).size); return; }
    if (proto === Set.prototype) { out.u8(O.set); out.uint((o as Set<unknown>).size); return; }
    if (proto === ArrayBuffer.prototype) { out.u8(O.buffer); out.uint((o as ArrayBuffer).byteLength); return; }
    if (ArrayBuffer.isView(o)) {
      const kind = VIEW_NAMES.findIndex((n) => VIEWS[n].prototype === proto);
      if (kind < 0) this.refuse(parent, key, `a view of class ${o.constructor.name}`);
      out.u8(O.view); out.uint(kind);
      return;
    }
    const cls = stateClassOf(o);
    if (!cls || proto !== cls.ctor.prototype) this.refuse(parent, key, `an object of the unregistered class ${o.constructor?.name ?? '?'}`);
    for (const own of Object.keys(o)) if (!cls.fields.includes(own)) this.refuse(parent, key, `a ${cls.name} with the unregistered field ${own}`);
    out.u8(O.instance);
    out.uint(this.string(cls.name));
  }
  body(id: number): void {
    const o = this.objects[id]!;
    if (externalName(o) !== undefined) return;
    const out = this.bodies;
    if (Array.isArray(o)) {
      for (let i = 0; i < o.length; i++) if (i in o) this.value(o[i], id, i); else out.u8(V.hole);
    } else if (o instanceof Map) {
      for (const [k, v] of o) { this.value(k, id, '<key>'); this.value(v, id, typeof k === 'number' || typeof k === 'string' ? k : '<value>'); }
    } else if (o instanceof Set) {
      for (const v of o) this.value(v, id, '<member>');
    } else if (o instanceof ArrayBuffer) {
      this.buffer(new Uint8Array(o));
    } else if (ArrayBuffer.isView(o)) {
      this.value(o.buffer, id, 'buffer');
      out.uint(o.byteOffset);
      out.uint(o instanceof DataView ? o.byteLength : (o as Uint8Array).length);
    } else {
      const cls = stateClassOf(o);
      const plain = Object.getPrototypeOf(o) === Object.prototype || Object.getPrototypeOf(o) === null;
      if (!plain && cls) {
        for (const f of cls.fields) this.value((o as Record<string, unknown>)[f], id, f);
      } else {
        const names = Object.keys(o);
        out.uint(names.length);
        for (const f of names) { out.uint(this.string(f)); this.value((o as Record<string, unknown>)[f], id, f); }
      }
    }
  }
  /** Bytes with zero chunks left out. */
  buffer(u: Uint8Array): void {
    const out = this.bodies;
    for (let at = 0; at < u.length; at += CHUNK) {
      const part = u.subarray(at, Math.min(at + CHUNK, u.length));
      let zero = true;
      for (let i = 0; i < part.length; i++) if (part[i] !== 0) { zero = false; break; }
      out.u8(zero ? 0 : 1);
      if (!zero) out.raw(part);
    }
  }
}

/** Writes everything reachable from root. Throws SnapshotError naming the path of what is not data. */
export function snapshot(root: object): Uint8Array {
  const w = new Walker();
  w.object(root, 0, 'root');
  for (let i = 0; i < w.objects.length; i++) w.body(i);
  const head = new Out();
  head.uint(MAGIC);
  head.uint(w.strings.size);
  head.uint(w.objects.length);
  head.raw(w.texts.done());
  head.raw(w.shells.done());
  head.raw(w.bodies.done());
  return head.done().slice();
}

type Binder = (name: string) => object | undefined;

/** Rebuilds the object graph; externals are looked up by name. */
export function restore(bytes: Uint8Array, externals: Binder): object {
  const r = new In(bytes);
  assert(r.uint() === MAGIC, 'not a snapshot');
  const strings = new Array<string>(r.uint());
  const count = r.uint();
  for (let i = 0; i < strings.length; i++) strings[i] = r.text();
  const objects = new Array<object>(count);
  const kinds = new Uint8Array(count);
  const sizes = new Array<number>(count).fill(0);
  const fields = new Map<number, readonly string[]>();
  for (let i = 0; i < count; i++) {
    const kind = kinds[i] = r.u8();
    if (kind === O.external) {
      const name = strings[r.uint()]!, o = externals(name);
      assert(o, `snapshot wants the external ${name}`);
      objects[i] = o;
    } else if (kind === O.instance) {
      const cls = stateClassNamed(strings[r.uint()]!);
      assert(cls, 'snapshot holds a class that this engine does not know');
      objects[i] = Object.create(cls.ctor.prototype as object) as object;
      fields.set(i, cls.fields);
    } else if (kind === O.array) { sizes[i] = r.uint(); objects[i] = []; (objects[i] as unknown[]).length = sizes[i]!; }
    else if (kind === O.map) { sizes[i] = r.uint(); objects[i] = new Map(); }
    else if (kind === O.set) { sizes[i] = r.uint(); objects[i] = new Set(); }
    else if (kind === O.plain) objects[i] = {};
    else if (kind === O.bare) objects[i] = Object.create(null) as object;
    else if (kind === O.buffer) { sizes[i] = r.uint(); objects[i] = new ArrayBuffer(sizes[i]!); }
    else { assert(kind === O.view, 'damaged snapshot'); sizes[i] = r.uint(); }
  }
  // Views can only be made once their buffer and range are known, and bodies hold references to views: bodies are read
  // twice, first for the views alone.
  const start = r.at;
  const HOLE = {};
  const value = (): unknown => {
    const tag = r.u8();
    switch (tag) {
      case V.undef: return undefined;
      case V.nul: return null;
      case V.no: return false;
      case V.yes: return true;
      case V.int: return r.uint();
      case V.negInt: return -r.uint();
      case V.double: return r.f64();
      case V.str: return strings[r.uint()]!;
      case V.bigint: return BigInt(strings[r.uint()]!);
      case V.ref: return objects[r.uint()];
      default: assert(tag === V.hole, 'damaged snapshot'); return HOLE;
    }
  };
  const body = (i: number, fill: boolean): void => {
    const o = objects[i];
    switch (kinds[i]) {
      case O.external: return;
      case O.instance: for (const f of fields.get(i)!) { const v = value(); if (fill) (o as Record<string, unknown>)[f] = v; } return;
      case O.array: for (let j = 0; j < sizes[i]!; j++) { const v = value(); if (fill && v !== HOLE) (o as unknown[])[j] = v; } return;
      case O.map: for (let j = 0; j < sizes[i]!; j++) { const k = value(), v = value(); if (fill) (o as Map<unknown, unknown>).set(k, v); } return;
      case O.set: for (let j = 0; j < sizes[i]!; j++) { const v = value(); if (fill) (o as Set<unknown>).add(v); } return;
      case O.buffer: {
        const u = new Uint8Array(o as ArrayBuffer);
        for (let at = 0; at < u.length; at += CHUNK) {
          if (r.u8() === 0) continue;
          const part = r.raw(Math.min(CHUNK, u.length - at));
          if (fill) u.set(part, at);
        }
        return;
      }
      case O.view: {
        const buffer = value() as ArrayBuffer, offset = r.uint(), length = r.uint();
        if (!fill) objects[i] = new (VIEWS[VIEW_NAMES[sizes[i]!]!] as Uint8ArrayConstructor)(buffer, offset, length);
        return;
      }
      default: {
        for (let n = r.uint(); n > 0; n--) { const f = strings[r.uint()]!, v = value(); if (fill) (o as Record<string, unknown>)[f] = v; }
      }
    }
  };
  for (const fill of [false, true]) {
    r.at = start;
    for (let i = 0; i < count; i++) body(i, fill);
  }
  assert(r.at === bytes.length, 'snapshot has bytes left over');
  return objects[0]!;
}
