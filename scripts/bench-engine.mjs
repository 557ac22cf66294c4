// Benchmarks of the engine beside the CPU table: is the cost linear in instructions, what does code cost that runs once, does code churn stay flat.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { KTRACE, columns, dir, have, heads, interleave, median, qemu, record, recording, rounds, settle, time, usual, verdict } from './bench-lib.mjs';

const kernel = (name) => resolve(`build/samples/bench/${name}`);
const info = () => JSON.parse(spawnSync(KTRACE[0], [...KTRACE.slice(1), 'info', '--json', recording], { encoding: 'utf8', maxBuffer: 1 << 26 }).stdout);
const rss = (pid, what) => { try { return Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]) / 1024; } catch { return NaN; } };

/** Runs argv (not through a shell) with `sample` called every `everyMs`; resolves with its wall time in ms. */
function watch(argv, everyMs, sample) {
  rmSync(recording, { recursive: true, force: true });
  const child = spawn(argv[0], argv.slice(1), { stdio: 'ignore' }), start = performance.now();
  const timer = setInterval(() => sample(child), everyMs);
  return new Promise((done) => { child.on('exit', () => { clearInterval(timer); done(performance.now() - start); }); });
}

/** Time an instruction at 10⁸, 10⁹ and 10¹⁰ instructions, without the start: the same program, ten times longer each. LONGEST=9 leaves out 10¹⁰. */
export function benchLinear() {
  const list = kernel('list'), perRound = 1.4533e6;
  if (!existsSync(list)) return;
  const start = median(Array.from({ length: Math.min(rounds, 3) }, () => time([...record(), list, '1']).cpu));
  const costs = [];
  heads([-14, 16, 10, 10, 12], ['instructions', 'measured', 'wall s', 'CPU s', 'ns each']);
  for (let power = 8; power <= Number(process.env.LONGEST ?? 10); power++) {
    const n = power === 10 ? 1 : Math.min(rounds, 3), argv = [...record(), list, String(Math.round(10 ** power / perRound))];
    const runs = Array.from({ length: n }, () => time(argv)), insns = info().instructions;
    const cpu = median(runs.map((r) => r.cpu)), each = (cpu - start) * 1e6 / insns;
    costs.push(each);
    columns([-14, 16, 10, 10, 12], [`10^${power}`, insns.toLocaleString('en'), (median(runs.map((r) => r.wall)) / 1000).toFixed(2), (cpu / 1000).toFixed(2), each.toFixed(3)]);
  }
  verdict('an instruction of the longest run ÷ of the one before', costs[costs.length - 1] / costs[costs.length - 2], 1.1);
}

/** Programs most of whose code runs once. qemu-x86_64 runs what its guest executes natively, so gcc is the sum of its commands, each under qemu. */
export function benchCold() {
  if (!qemu) return;
  const two = (what, r, detail) => { verdict(`${what}, ktrace ÷ qemu`, r.ktrace.wall / r.qemu.wall, 2, `by CPU time ${(r.ktrace.cpu / r.qemu.cpu).toFixed(2)}; ${detail}`); };
  const ms = (r) => Object.entries(r).map(([n, t]) => `${n} ${t.wall.toFixed(0)} ms (CPU ${t.cpu.toFixed(0)})`).join(', ');
  const python = ['/usr/bin/python3', '-c', 'print(1)'];
  settle(python);
  const p = interleave({ native: python, qemu: [...qemu, ...python], ktrace: [...record(), ...python], usual: [...usual(), ...python] });
  two("python3 -c 'print(1)', first", p, ms(p));
  two("python3 -c 'print(1)'", { ...p, ktrace: p.usual }, ms(p));
  if (!have('gcc')) return;
  const c = join(dir, 'hello.c'), o = join(dir, 'hello.o'), gcc = spawnSync('sh', ['-c', 'command -v gcc'], { encoding: 'utf8' }).stdout.trim();
  writeFileSync(c, readFileSync('samples/src/hello.c'));
  const native = [gcc, '-c', c, '-o', o], path = (name) => (name.includes('/') ? name : spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim());
  // What the driver would run: lines that begin with a space, words in quotes or not.
  const [cc1, as] = spawnSync(gcc, ['-###', ...native.slice(1)], { encoding: 'utf8' }).stderr.split('\n').filter((l) => l.startsWith(' ')).map((l) => [...l.matchAll(/"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2]));
  time(cc1);
  const parts = { native, driver: [...qemu, gcc, '-###', ...native.slice(1)], cc1: [...qemu, ...cc1], as: [...qemu, path(as[0]), ...as.slice(1)], ktrace: [...record(), ...native], usual: [...usual(), ...native] };
  settle(native);
  const g = interleave(parts), sum = (unit) => g.driver[unit] + g.cc1[unit] + g.as[unit];
  const q = { wall: sum('wall'), cpu: sum('cpu') };
  two('gcc -c hello.c, first', { ktrace: g.ktrace, qemu: q }, ms(g));
  two('gcc -c hello.c', { ktrace: g.usual, qemu: q }, ms(g));
}

/** A guest that generates and discards code for CHURN seconds (default 60): resident memory over time, and what of modules and regions is left at the end. */
export async function benchChurn() {
  const churn = kernel('churn'), seconds = Number(process.env.CHURN ?? 60);
  if (!existsSync(churn)) return;
  const samples = [];
  let ended = 0;
  heads([-10, 10], ['seconds', 'RSS MiB']);
  await watch([...record('--engine-stats', '--trace', 'none', '--sample', '0'), churn, '0'], seconds * 1000 / 12, (child) => {
    if (samples.length === 12) { if (ended++ === 0) child.kill('SIGTERM'); return; }
    const mib = rss(child.pid, 'VmRSS');
    samples.push(mib);
    columns([-10, 10], [(samples.length * seconds / 12).toFixed(0), mib.toFixed(1)]);
  });
  const s = info().engineStats, n = (name) => (s[name] ?? 0).toLocaleString('en');
  console.log(`${n('instructions')} instructions; regions: ${n('regions')} compiled, ${n('droppedRegions')} dropped, ${n('liveRegions')} live; modules: ${n('regionModules')} made, at most ${n('liveRegions')} live; blocks: ${n('blocksDecoded')} decoded, ${n('blockFlushes')} flushes`);
  verdict('resident memory, last quarter ÷ second quarter', median(samples.slice(9)) / median(samples.slice(3, 6)), 1.1);
}
