// A writer of protocol buffer messages: just the wire format (protobuf.dev, Encoding), for the two formats that are exported.

export class Message {
  private u = new Uint8Array(256);
  private at = 0;
  private need(n: number): void {
    if (this.at + n <= this.u.length) return;
    const bigger = new Uint8Array(Math.max(this.u.length * 2, this.at + n));
    bigger.set(this.u.subarray(0, this.at));
    this.u = bigger;
  }
  private varint(n: number | bigint): void {
    this.need(10);
    let v = n;
    if (typeof v === 'number' && (v < 0 || v > Number.MAX_SAFE_INTEGER)) v = BigInt.asUintN(64, BigInt(v));
    if (typeof v === 'bigint') {
      for (v = BigInt.asUintN(64, v); v > 127n; v >>= 7n) this.u[this.at++] = Number(v & 127n) | 128;
      this.u[this.at++] = Number(v);
      return;
    }
    for (; v > 127; v = Math.floor(v / 128)) this.u[this.at++] = (v % 128) | 128;
    this.u[this.at++] = v;
  }
  /** An integer field; negative ones as 64-bit two's complement. */
  int(field: number, value: number | bigint): this { this.varint(field * 8); this.varint(value); return this; }
  bytes(field: number, value: Uint8Array): this {
    this.varint(field * 8 + 2);
    this.varint(value.length);
    this.need(value.length);
    this.u.set(value, this.at);
    this.at += value.length;
    return this;
  }
  text(field: number, value: string): this { return this.bytes(field, Buffer.from(value, 'utf8')); }
  message(field: number, value: Message): this { return this.bytes(field, value.done()); }
  /** A packed repeated field of integers. */
  packed(field: number, values: readonly number[]): this {
    const m = new Message();
    for (const v of values) m.varint(v);
    return this.message(field, m);
  }
  get length(): number { return this.at; }
  done(): Uint8Array { return this.u.subarray(0, this.at); }
}
