// What recordings cost to keep and to read: resident memory and bytes an event at 50 million events, Parquet, the summary of 10 million
// calls against DuckDB's own group-by. Takes 10 GB of disk and some minutes; BLOCKS and CALLS make it smaller.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { dir, KTRACE, median, rounds, time, verdict } from './bench-lib.mjs';

const place = join(dir, 'events.ktrace'), parquet = join(dir, 'parquet');
const size = (d) => readdirSync(d, { withFileTypes: true }).reduce((n, e) => n + (e.isDirectory() ? size(join(d, e.name)) : statSync(join(d, e.name)).size), 0);
const record = (...flags) => { rmSync(place, { recursive: true, force: true }); return [...KTRACE.slice(1), 'record', '-q', '-o', place, ...flags, '--']; };
const ktrace = (...argv) => { const r = spawnSync('node', [...KTRACE.slice(1), ...argv], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' }); if (r.status !== 0) throw new Error(`${argv.join(' ')}: ${r.status ?? r.signal}`); return r.stdout; };
const eventsOf = () => Object.values(JSON.parse(ktrace('info', '--json', place)).events).reduce((a, n) => a + n, 0);
const calls = (n) => `exec dd if=/dev/zero of=/dev/null bs=1 count=${n / 2} status=none`;

const MIXED = ['cd /tmp', 'for i in 1 2 3 4 5 6 7 8 9 10; do ls -la /etc /usr/lib | sort | head -3; find /usr/share/doc -maxdepth 2 | wc -l; done',
  'python3 -c "import json, subprocess; [subprocess.run([\'true\']) for i in range(20)]"', 'printf "#include <stdio.h>\\nint main(void) { puts(\\"hello\\"); }" > h.c; gcc -O2 h.c && ./a.out'].join('; ');

/** 50 million events, most of the guest's 512 MiB in use: the recorder's peak resident memory, and what an event takes on disk. */
async function large() {
  const fs = statfsSync(dir), events = Number(process.env.EVENTS ?? (fs.bavail * fs.bsize > 10e9 ? 50_000_000 : 4_000_000));
  const child = spawn('node', [...record('--ram', '512M'), '/bin/sh', '-c', `dd if=/dev/zero of=/tmp/fill bs=1M count=400 status=none; ${calls(events)}`], { stdio: 'ignore' });
  let peak = 0;
  const watch = setInterval(() => { try { peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))[1])); } catch { /* gone */ } }, 100);
  const status = await new Promise((done) => { child.on('exit', done); });
  clearInterval(watch);
  if (status !== 0) throw new Error(`recording ${events} events ended with ${status}`);
  const n = eventsOf();
  verdict('bytes an event on disk', size(place) / n, 192, `${n} events, ${(size(place) / 1e6).toFixed(0)} MB`);
  verdict('resident memory, 512 MiB of guest RAM, GiB', peak / 1048576, 1, 'peak; the guest fills 400 MiB');
}

/** Many kinds of events: bytes of the tables, and of Parquet without payload. Where there is no gcc or python3, without them. */
function mixed() {
  spawnSync('node', [...record(), '/bin/bash', '-c', MIXED], { stdio: 'ignore' });
  const n = eventsOf();
  verdict('bytes an event of tables, mixed programs', size(join(place, 'trace')) / n, 192, `${n} events`);
  ktrace('export', place, '--parquet', '--no-payload', '-o', parquet);
  verdict('Parquet without payload, bytes an event', size(parquet) / n, 48, 'the same, export --parquet --no-payload');
  rmSync(parquet, { recursive: true });
}

/** CPU time of the whole command against that of DuckDB's query alone, over the same rows in a table of DuckDB's own with names as ENUM. */
async function summary() {
  const n = Number(process.env.CALLS ?? 10_000_000);
  spawnSync('node', [...record(), '/bin/sh', '-c', calls(n)], { stdio: 'ignore' });
  ktrace('export', place, '--parquet', '--no-payload', '-o', parquet);
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  await db.run(`create type name as enum (select distinct name from '${parquet}/syscall.parquet'); create table syscall as select * replace (name::name as name) from '${parquet}/syscall.parquet'`);
  const query = 'select name, count(*) as calls, count(errno) as errors, sum(cpu_ns)::bigint as ns, min(cpu_ns), max(cpu_ns) from syscall group by name order by ns desc';
  const own = [], ours = [], bySql = [];
  for (let i = 0; i < rounds; i++) {
    const before = process.cpuUsage();
    await (await db.runAndReadAll(query)).getRows();
    const used = process.cpuUsage(before);
    own.push((used.user + used.system) / 1000);
    ours.push(time([...KTRACE, 'report', '--summary', place]).cpu);
    bySql.push(time([...KTRACE, 'sql', place, query]).cpu);
  }
  verdict(`report --summary ÷ duckdb group-by, ${n} calls`, median(ours) / median(own), 3, `${median(ours).toFixed(0)} ms, ${median(own).toFixed(0)} ms`);
  verdict('the same group-by by ktrace sql ÷ duckdb', median(bySql) / median(own), Infinity, `${median(bySql).toFixed(0)} ms`);
  rmSync(parquet, { recursive: true });
}

export async function benchEvents() {
  await large();
  mixed();
  await summary();
  rmSync(place, { recursive: true });
}
