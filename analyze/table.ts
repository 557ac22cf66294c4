// Our own tables (not those that copy another tool's format): text by cli-table3, CSV, JSON.
import Table from 'cli-table3';
import type { Format, Out } from './options.ts';

export function plainValue(v: unknown): unknown {
  if (typeof v === 'bigint') return v >= -9007199254740991n && v <= 9007199254740991n ? Number(v) : v;
  return v;
}

export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) => {
    const p = plainValue(v);
    if (typeof p === 'bigint') return p.toString();
    if (p instanceof Uint8Array) return Buffer.from(p).toString('hex');
    return p;
  });
}
export function cellText(v: unknown): string {
  if (v === null || v === undefined) return '';
  if (v instanceof Uint8Array) return Buffer.from(v).toString('hex');
  if (v instanceof Date) return v.toISOString();
  if (typeof v === 'object') { const s = String(v); return s === '[object Object]' ? jsonText(v) : s; }
  return String(v);
}
const csvCell = (v: unknown): string => { const s = cellText(v); return /[",\n\r]/.test(s) ? `"${s.replace(/"/g, '""')}"` : s; };

export function writeTable(names: string[], rows: readonly (readonly unknown[])[], format: Format, out: Out): void {
  if (format === 'json') {
    out('[');
    rows.forEach((r, i) => out(`${i ? ',\n' : '\n'}${jsonText(Object.fromEntries(names.map((n, k) => [n, r[k] ?? null])))}`));
    out(rows.length ? '\n]\n' : ']\n');
    return;
  }
  if (format === 'csv') {
    out(`${names.map(csvCell).join(',')}\n`);
    for (const r of rows) out(`${r.map(csvCell).join(',')}\n`);
    return;
  }
  const numeric = names.map((_, k) => rows.length > 0 && rows.every((r) => r[k] === null || r[k] === undefined || typeof r[k] === 'number' || typeof r[k] === 'bigint'));
  const table = new Table({
    head: names, colAligns: numeric.map((n) => (n ? 'right' : 'left')), style: { head: [], border: [], compact: true },
    chars: { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
  });
  for (const r of rows) table.push(names.map((_, k) => cellText(r[k])));
  out(`${table.toString().split('\n').map((l) => l.trimEnd()).join('\n')}\n`);
}
