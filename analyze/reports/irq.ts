// report --irq: interrupts and softirqs in the layout of perf kwork timehist.
import { withDatabase } from '../duck.ts';
import { where } from '../filters.ts';
import type { Out, ReportOptions } from '../options.ts';
import { writeTable } from '../table.ts';

const secs = (ns: number): string => { const us = Math.floor(ns / 1000); return `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`; };
const ms = (ns: number): string => (ns / 1e6).toFixed(3);

export async function reportIrq(dir: string, options: ReportOptions, out: Out): Promise<void> {
  await withDatabase(dir, async (db) => {
    const query = `select * from irq_run where ${where(options, { utid: 'preempted_utid' })} order by seq`;
    if (options.format && options.format !== 'text') { const { names, rows } = await db.columns(query); writeTable(names, rows, options.format, out); return; }
    const rule = ` ${'-'.repeat(17)}  ${'-'.repeat(17)}  ${'-'.repeat(6)}  ${'-'.repeat(30)}  ${'-'.repeat(10)}  ${'-'.repeat(10)}\n`;
    out(` ${'Runtime start'.padEnd(17)}  ${'Runtime end'.padEnd(17)}  ${'Cpu'.padEnd(6)}  ${'Kwork name'.padEnd(30)}  ${'Runtime'.padEnd(10)}  ${'Delaytime'.padEnd(10)}\n`
      + ` ${''.padEnd(17)}  ${''.padEnd(17)}  ${''.padEnd(6)}  ${'(TYPE)NAME:NUM'.padEnd(30)}  ${'(msec)'.padEnd(10)}  ${'(msec)'.padEnd(10)}\n${rule}`);
    for await (const rows of db.stream(query)) {
      let s = '';
      for (const r of rows) {
        const ts = Number(r.ts), dur = Number(r.dur);
        const name = `${r.kind === 'soft' ? '(s)' : ''}${String(r.name)}:${Number(r.vector)}`;
        s += ` ${secs(ts).padStart(17)}  ${secs(ts + dur).padStart(17)}  [${String(Number(r.cpu)).padStart(4, '0')}]  ${name.padEnd(30)}  ${ms(dur).padStart(10)}  ${ms(Number(r.delay)).padStart(10)}\n`;
      }
      out(s);
    }
  });
}
