// What is written is read back by apache-arrow, an independent reader, and by the index.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, expect, test } from 'vitest';
import { createTrace, tableColumns } from '../../engine/events/emitter.ts';
import { crc32c, crc32cConcat, FILES, IDX_KIND, parseIndex } from '../../engine/events/format.ts';
import { TableWriter } from './table-writer.ts';

const root = mkdtempSync(join(tmpdir(), 'ktrace-writer-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
function written(emit: (c: ReturnType<typeof createTrace>) => void): string {
  const dir = join(root, String(count++));
  mkdirSync(join(dir, 'trace'), { recursive: true });
  const w = new TableWriter(dir), c = createTrace(() => true, w);
  emit(c);
  c.flush();
  w.close();
  return dir;
}

test('every kind, nulls, negative and large numbers, strings by delta dictionaries', () => {
  const dir = written((c) => {
    const t = c.trace.syscall;
    for (let i = 0; i < 3; i++) {
      const r = t.begin(1000 + i, 7, 5);
      t.set.name(r, `call${i}`); t.set.compat(r, i === 1); t.set.nr(r, -i); t.set.a0(r, 0xfffffffe, 0xffffffff); t.set.a1(r, 2 ** 40 + i);
      if (i !== 1) { t.set.ret(r, -2 - i); t.set.payload(r, Uint8Array.of(i, 255)); t.set.fd(r, -100); }
      t.end(r);
      if (i === 0) c.flush();
    }
  });
  const rows = tableFromIPC(readFileSync(join(dir, FILES.table('syscall')))).toArray().map((r) => r.toJSON());
  expect(rows.map((r) => r.name)).toEqual(['call0', 'call1', 'call2']);
  expect(rows.map((r) => r.seq)).toEqual([1n, 2n, 3n]);
  expect(rows[2]).toMatchObject({ ts: 1002n, cpu: 7, utid: 5, nr: -2, compat: false, a0: 0xfffffffffffffffen, a1: 2n ** 40n + 2n, ret: -4n, fd: -100, dur: null, errno: null });
  expect(rows[1]).toMatchObject({ compat: true, ret: null, payload: null, fd: null });
  expect([...(rows[2]!.payload as Uint8Array)]).toEqual([2, 255]);
});

test('several batches; the index tells where each message is, its range and checksum', () => {
  const rows = 150_000;
  const dir = written((c) => {
    const t = c.trace.page_fault;
    for (let i = 0; i < rows; i++) {
      const r = t.begin(i * 10, 0, 1);
      t.set.kind(r, i % 2 ? 'minor' : 'cow'); t.set.vma(r, `/lib/${i % 1000}`); t.set.addr(r, i * 4096);
      if (i % 3 === 0) t.set.file_id(r, i);
      t.end(r);
    }
  });
  const bytes = readFileSync(join(dir, FILES.table('page_fault'))), index = parseIndex(readFileSync(join(dir, FILES.index('page_fault'))), 'page_fault', true);
  const batches = index.filter((r) => r.kind === IDX_KIND.batch);
  expect(batches.map((b) => b.rows)).toEqual([65536, 65536, 18928]);
  expect(batches[1]).toMatchObject({ minTs: 655360, maxTs: 1310710, minSeq: 65537, maxSeq: 131072 });
  for (const r of index) if (r.kind !== IDX_KIND.part) expect(crc32c(bytes, r.offset, r.offset + r.length)).toBe(r.crc);
  expect(index.filter((r) => r.kind === IDX_KIND.part).length).toBe(3 * (1 + tableColumns('page_fault').length));
  const table = tableFromIPC(bytes);
  expect(table.numRows).toBe(rows);
  const vma = table.getChild('vma')!, file = table.getChild('file_id')!, kind = table.getChild('kind')!;
  for (const i of [0, 1, 999, 65535, 65536, 149_999]) {
    expect([vma.get(i), kind.get(i), file.get(i)]).toEqual([`/lib/${i % 1000}`, i % 2 ? 'minor' : 'cow', i % 3 === 0 ? i : null]);
  }
});

test('kernel strings are bytes: UTF-8 stays, what is not UTF-8 becomes readable', () => {
  const dir = written((c) => {
    const t = c.trace.exec;
    for (const comm of ['caf\u00c3\u00a9', 'bad\u00ff', '']) { const r = t.begin(1, 0, 1); t.set.comm(r, comm); t.set.path(r, new Uint8Array(0)); t.end(r); }
  });
  const comm = tableFromIPC(readFileSync(join(dir, FILES.table('exec')))).getChild('comm')!;
  expect([comm.get(0), comm.get(1), comm.get(2)]).toEqual(['café', 'bad\ufffd', '']);
});

test('CRC-32C of the check string', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.from('6789'), 0, 4, crc32c(Buffer.from('12345')))).toBe(0xe3069283);
  expect(crc32cConcat(crc32c(Buffer.from('12345')), crc32c(Buffer.from('6789')), 4)).toBe(0xe3069283);
  const bytes = Uint8Array.from({ length: 1100 }, (_, i) => i * i >> 3);
  for (const [from, to] of [[0, 1100], [1, 1100], [2, 700], [3, 262], [5, 1099]] as const) {
    let oneByOne = 0;
    for (let i = from; i < to; i++) oneByOne = crc32c(bytes, i, i + 1, oneByOne);
    expect(crc32c(bytes, from, to)).toBe(oneByOne);
    expect(crc32c(bytes.subarray(from), 0, to - from)).toBe(oneByOne);
  }
  for (const at of [0, 1, 64, 99, 1023, 1099, 1100]) expect(crc32cConcat(crc32c(bytes, 0, at), crc32c(bytes, at), 1100 - at)).toBe(crc32c(bytes));
  expect(crc32cConcat(crc32c(Buffer.alloc(1000, 7)), crc32c(Buffer.alloc(65536, 9)), 65536)).toBe(crc32c(Buffer.concat([Buffer.alloc(1000, 7), Buffer.alloc(65536, 9)])));
});
