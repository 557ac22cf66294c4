// The emitter's interface: typed-array columns that a tracepoint fills in place, no objects, nothing formatted (law 6).
// Usage: const t = k.trace.sched_wakeup; const r = t.begin(ts, cpu, utid); t.set.tid(r, 5) …; t.end(r);
// The rows are hashed into the digest by end(), whether or not the table is kept.
import type { Column, SCHEMA, TableName } from './schema.ts';

type Setter<C> = C extends { kind: 'str' } ? (row: number, value: string) => void
  : C extends { kind: 'bin' } ? (row: number, value: Uint8Array | null, length?: number) => void // its first `length` bytes
  : C extends { kind: 'bool' } ? (row: number, value: boolean) => void
  : C extends { kind: 'u64' | 'i64' } ? (row: number, value: number, hi?: number) => void // one number below 2^53 in magnitude, or (lo, hi) halves
  : (row: number, value: number) => void;
/** A nullable column that is not set in a row is null. A column that is not nullable and not set is 0, '' or empty. */
export type Setters<Cols extends Record<string, Column>> = { readonly [K in keyof Cols]: Setter<Cols[K]> };

export interface TableEmitter<N extends TableName = TableName> {
  readonly name: N;
  /** False with --trace none or without this table: begin/end still work and feed the digest. */
  readonly enabled: boolean;
  /** Starts a row; seq is the next of the global order, or `seq` if the event reserved one earlier (Trace.reserve). */
  begin(ts: number, cpu: number, utid: number, seq?: number): number;
  readonly set: Setters<(typeof SCHEMA)[N]['columns']>;
  end(row: number): void;
  /** Rows emitted so far. */
  readonly rows: number;
}
export type Trace = { readonly [N in TableName]: TableEmitter<N> } & {
  /** Takes the next sequence number, for an interval whose row is written at its end (a syscall's entry). */
  reserve(): number;
  /** The next seq to be given: what an event caused now will carry; `lastSeq` = the latest given. */
  readonly lastSeq: number;
};
