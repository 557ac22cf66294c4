// What the translator makes of guest code: `node scripts/dump-region.mjs '48 01 d8'` (bytes) or `node scripts/dump-region.mjs --asm 'add %rbx,%rax; jmp 1f; 1:'`
// (needs the assembler `as`). Prints the decoded records, the interpreter's handler of each form with --handlers, and the region's WebAssembly.
// --hot N: compiled when a block has run N times, as a real run does it, instead of at once.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const args = process.argv.slice(2);
const take = (name, values) => { const i = args.indexOf(name); return i < 0 ? undefined : args.splice(i, values + 1)[values]; };
const handlers = take('--handlers', 0) !== undefined, hot = take('--hot', 1), asm = take('--asm', 1);
if (args.length === 0 && asm === undefined) {
  console.error("usage: node scripts/dump-region.mjs [--handlers] [--hot N] 'HEX BYTES' | --asm 'AT&T ASSEMBLY'");
  process.exit(2);
}
const dir = mkdtempSync(join(tmpdir(), 'ktrace-dump-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

function assemble(text) {
  writeFileSync(join(dir, 'a.s'), `.text\n${text}\n`);
  for (const [command, ...rest] of [['as', '-o', join(dir, 'a.o'), join(dir, 'a.s')], ['objcopy', '-O', 'binary', '-j', '.text', join(dir, 'a.o'), join(dir, 'a.bin')]]) {
    const r = spawnSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (r.status !== 0) { console.error(`${command} failed: binutils are needed for --asm`); process.exit(1); }
  }
  return new Uint8Array(readFileSync(join(dir, 'a.bin')));
}
const code = asm !== undefined ? assemble(asm) : Uint8Array.from(args.join(' ').trim().split(/[\s,]+/), (b) => parseInt(b, 16));

await build({ entryPoints: ['engine/cpu/harness/dump.ts'], bundle: true, format: 'esm', platform: 'node', target: 'node20', outfile: join(dir, 'dump.mjs'), logLevel: 'warning' });
const { decodeAll, handlerText, recordText, regionTexts } = await import(join(dir, 'dump.mjs'));
const insns = decodeAll(code);
console.log(';; decoded: offset, bytes, form, values');
for (const { offset, insn } of insns) console.log(recordText(code, offset, insn));
if (handlers) for (const form of new Set(insns.map(({ insn }) => insn.form))) console.log(`\n;; the interpreter's handler of: ${form.key}\n${handlerText(form)}`);
for (const text of regionTexts(code, hot === undefined ? 'force' : Number(hot))) console.log(`\n;; compiled\n${text}`);
