// FlatBuffers, written front to back: tables, vectors and strings, each behind what refers to it. No schema: what is written is in arrow-ipc.ts.
// https://flatbuffers.dev/internals

/** A field of a table by its slot: a scalar of 1, 2, 4 or 8 bytes (−2^53 … 2^53), or what to write and refer to; absent: the default. */
export type FlatField = readonly [bytes: 1 | 2 | 4 | 8, value: number] | (() => number) | undefined;

export class FlatWriter {
  private u8 = new Uint8Array(4096);
  private view = new DataView(this.u8.buffer);
  private end = 4; // behind the reference to the root

  /** Position of so many new bytes, all zero; the one `ahead` of it is a multiple of `align`. */
  private take(bytes: number, align: number, ahead = 0): number {
    const at = Math.ceil((this.end + ahead) / align) * align - ahead;
    this.end = at + bytes;
    if (this.end > this.u8.length) {
      const bigger = new Uint8Array(this.end * 2);
      bigger.set(this.u8);
      this.u8 = bigger;
      this.view = new DataView(bigger.buffer);
    }
    return at;
  }
  private long(at: number, value: number): void {
    this.view.setUint32(at, value >>> 0, true);
    this.view.setInt32(at + 4, Math.floor(value / 4294967296), true);
  }
  /** Writes what a reference at `at` points to. */
  private refer(at: number, write: () => number): void {
    const to = write();
    this.view.setUint32(at, to - at, true);
  }

  table(fields: readonly FlatField[]): number {
    const places: number[] = [];
    let size = 4;
    for (const f of fields) {
      if (f === undefined) { places.push(0); continue; }
      const bytes = typeof f === 'function' ? 4 : f[0];
      size = Math.ceil(size / bytes) * bytes;
      places.push(size);
      size += bytes;
    }
    const vtable = this.take(4 + 2 * fields.length, 2), at = this.take(size, 8);
    this.view.setUint16(vtable, 4 + 2 * fields.length, true);
    this.view.setUint16(vtable + 2, size, true);
    this.view.setInt32(at, at - vtable, true);
    fields.forEach((f, i) => {
      this.view.setUint16(vtable + 4 + 2 * i, places[i]!, true);
      if (f === undefined || typeof f === 'function') return;
      const [bytes, value] = f, to = at + places[i]!;
      if (bytes === 8) this.long(to, value);
      else if (bytes === 4) this.view.setInt32(to, value, true);
      else if (bytes === 2) this.view.setInt16(to, value, true);
      else this.u8[to] = value;
    });
    fields.forEach((f, i) => { if (typeof f === 'function') this.refer(at + places[i]!, f); });
    return at;
  }
  /** A vector of references. */
  vector(items: readonly (() => number)[]): number {
    const at = this.take(4 + 4 * items.length, 4);
    this.view.setUint32(at, items.length, true);
    items.forEach((write, i) => this.refer(at + 4 + 4 * i, write));
    return at;
  }
  /** A vector of structs of two 64-bit integers. */
  pairs(items: readonly (readonly [number, number])[]): number {
    const at = this.take(4 + 16 * items.length, 8, 4);
    this.view.setUint32(at, items.length, true);
    items.forEach(([a, b], i) => {
      this.long(at + 4 + 16 * i, a);
      this.long(at + 12 + 16 * i, b);
    });
    return at;
  }
  /** ASCII. */
  string(text: string): number {
    const at = this.take(4 + text.length + 1, 4);
    this.view.setUint32(at, text.length, true);
    for (let i = 0; i < text.length; i++) this.u8[at + 4 + i] = text.charCodeAt(i);
    return at;
  }
  /** The whole buffer, padded to a multiple of 8 bytes. */
  finish(root: () => number): Uint8Array {
    this.refer(0, root);
    this.take(0, 8);
    return this.u8.subarray(0, this.end);
  }
}
