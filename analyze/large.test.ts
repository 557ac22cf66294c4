// Recordings of several batches: sums made while recording, names and contents of any bytes, Parquet with and without payload.
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FILES, IDX_HEADER, IDX_KIND, IDX_RECORD, manifestText, parseIndex, parseManifest } from '../engine/events/format.ts';
import type { Trace } from '../engine/events/trace.ts';
import { exportParquet, reportSummary, runSql } from './index.ts';
import { call, record, scratchDir, synthetic } from './harness/synthetic.ts';

const text = async (f: (out: (s: string) => void) => Promise<void>): Promise<string> => { let s = ''; await f((x) => { s += x; }); return s; };
const sql = async (dir: string, query: string): Promise<Record<string, unknown>[]> => JSON.parse(await text((out) => runSql(dir, query, { format: 'json' }, out)));
const ROWS = 150_000;
const mixed = (t: Trace): void => {
  for (let i = 0; i < ROWS; i++) {
    const kind = i % 7;
    if (kind === 0) call(t, 1, 2, 'open', [0x5000], -2, Uint8Array.from(record(8, '/nowhere')), { seq: 2 * i + 1, dur: 100 + (i % 13) });
    else if (kind === 1 && i > ROWS - 20) call(t, 1, 0, 'read', [3], null, null, { seq: 2 * i + 1, dur: 7 });
    else call(t, 1, kind < 4 ? 0 : 1, kind < 4 ? 'read' : 'write', [3], i % 11 === 0 ? -11 : 5, null, { seq: 2 * i + 1, dur: 5_000_000_000 + i });
  }
};

test('the summary from sums is the summary from rows, by CPU and by wall time, also where the recorder was killed between sums', async () => {
  const dir = synthetic(mixed);
  const index = parseIndex(readFileSync(join(dir, FILES.index('syscall'))), 'syscall', true);
  expect(index.filter((r) => r.kind === IDX_KIND.sums).length).toBe(9); // three names in three batches
  for (const w of [false, true]) {
    const fast = await text((out) => reportSummary(dir, { w }, out));
    expect(fast).toContain('150000');
    expect(await text((out) => reportSummary(dir, { w, from: 0 }, out))).toBe(fast);
    expect(await text((out) => reportSummary(dir, { w, format: 'json' }, out))).toBe(await text((out) => reportSummary(dir, { w, format: 'json', from: 0 }, out)));
  }
  const whole = await text((out) => reportSummary(dir, {}, out));
  const last = index.findLastIndex((r) => r.kind === IDX_KIND.sums);
  truncateSync(join(dir, FILES.index('syscall')), IDX_HEADER + last * IDX_RECORD);
  const m = parseManifest(readFileSync(join(dir, FILES.manifest)));
  writeFileSync(join(dir, FILES.manifest), manifestText({ ...m, complete: false }));
  expect(await text((out) => reportSummary(dir, {}, out))).toBe(whole);
});

test('a damaged batch without its sums is an error, a damaged index is one too', async () => {
  const dir = synthetic(mixed), file = join(dir, FILES.index('syscall')), bytes = readFileSync(file);
  bytes[bytes.length - 50]! ^= 1;
  writeFileSync(file, bytes);
  await expect(reportSummary(dir, {}, () => undefined)).rejects.toThrow(/syscall.idx is damaged/);
});

test('names that read alike, long strings and binary contents come back as they are', async () => {
  const odd = ['bad\u00ff', 'bad\u00fe', 'x'.repeat(4095), '', "quote'\"\n"], long = new Uint8Array(1 << 20).map((_, i) => i * 31);
  const dir = synthetic((t) => {
    for (const [i, s] of odd.entries()) {
      const r = t.page_fault.begin(i, 0, 1);
      t.page_fault.set.vma(r, s); t.page_fault.set.kind(r, 'minor'); t.page_fault.set.access(r, 'read');
      t.page_fault.end(r);
    }
    for (let i = 0; i < 20; i++) { const r = t.signal.begin(100, 0, 1); t.signal.set.event(r, 'generate'); t.signal.set.info(r, long); t.signal.end(r); } // more than a batch of bytes
    const r = t.file_desc.begin(200, 0, 1);
    t.file_desc.set.path(r, Uint8Array.of(47, 0, 255, 10, 0xf0, 0x9f)); t.file_desc.set.kind(r, 'regular');
    t.file_desc.end(r);
  });
  expect((await sql(dir, 'select vma::varchar as v from page_fault order by ts')).map((r) => r.v)).toEqual(['bad\ufffd', 'bad\ufffd', 'x'.repeat(4095), '', "quote'\"\n"]);
  expect(await sql(dir, "select count(*)::int as n from page_fault where vma = 'bad\ufffd'")).toEqual([{ n: 2 }]);
  expect(await sql(dir, `select count(*)::int as n, min(octet_length(info))::int as size, count(distinct info)::int as kinds, any_value(hex(info[1:4])) as head from signal`)).toEqual([{ n: 20, size: 1 << 20, kinds: 1, head: '001F3E5D' }]);
  const into = scratchDir('parquet');
  await exportParquet(dir, {}, into);
  expect(await sql(dir, `select count(*)::int as n, min(octet_length(info))::int as size from '${into}/signal.parquet'`)).toEqual([{ n: 20, size: 1 << 20 }]);
  expect((await sql(dir, `select vma from '${into}/page_fault.parquet' order by ts`)).map((r) => r.vma)).toEqual(['bad\ufffd', 'bad\ufffd', 'x'.repeat(4095), '', "quote'\"\n"]);
});

test('Parquet without payload has every column but that one', async () => {
  const dir = synthetic(mixed), a = scratchDir('parquet'), b = scratchDir('parquet');
  await exportParquet(dir, {}, a);
  await exportParquet(dir, { payload: false }, b);
  const names = async (d: string): Promise<unknown[]> => (await sql(dir, `select column_name as c from (describe select * from '${d}/syscall.parquet')`)).map((r) => r.c);
  const all = await names(a);
  expect(all).toContain('payload');
  expect(await names(b)).toEqual(all.filter((c) => c !== 'payload'));
  expect(await sql(dir, `select count(*)::int as n, sum(dur)::varchar as d from '${b}/syscall.parquet'`)).toEqual(await sql(dir, 'select count(*)::int as n, sum(dur)::varchar as d from syscall'));
});
