// What the translator makes of guest code: `node scripts/dump-region.mjs '48 01 d8'` (bytes) or `node scripts/dump-region.mjs --asm 'add %rbx,%rax; jmp 1f; 1:'`
// (needs the assembler `as`). Prints the decoded records, the interpreter's handler of each form with --handlers, and the region's WebAssembly.
// --hot N: compiled when a block has run N times, as a real run does it, instead of at once.
// --update FILE.md fills the code blocks that stand behind comments `<!-- dump-region: records|handlers|region [--hot N] HEX BYTES -->`; --check FILE.md only compares.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const args = process.argv.slice(2);
const take = (list, name, values) => { const i = list.indexOf(name); return i < 0 ? undefined : list.splice(i, values + 1)[values]; };
const handlers = take(args, '--handlers', 0) !== undefined, hot = take(args, '--hot', 1), asm = take(args, '--asm', 1), update = take(args, '--update', 1), check = take(args, '--check', 1);
if (args.length === 0 && asm === undefined && update === undefined && check === undefined) {
  console.error("usage: node scripts/dump-region.mjs [--handlers] [--hot N] 'HEX BYTES' | --asm 'AT&T ASSEMBLY' | --update FILE.md | --check FILE.md");
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
await build({ entryPoints: ['engine/cpu/harness/dump.ts'], bundle: true, format: 'esm', platform: 'node', target: 'node20', outfile: join(dir, 'dump.mjs'), logLevel: 'warning' });
const { decodeAll, handlerText, recordText, regionTexts } = await import(join(dir, 'dump.mjs'));

const fromHex = (text) => Uint8Array.from(text.trim().split(/[\s,]+/), (b) => parseInt(b, 16));
const records = (code) => `${decodeAll(code).map(({ offset, insn }) => recordText(code, offset, insn)).join('\n')}\n`;
const handlersOf = (code) => [...new Set(decodeAll(code).map(({ insn }) => insn.form))].map((form) => `;; ${form.key}\n${handlerText(form)}`).join('\n');
const regions = (code, times) => regionTexts(code, times === undefined ? 'force' : Number(times)).join('\n');

/** The document with its blocks as they are now. */
function filled(text) {
  return text.replace(/(<!-- dump-region: (records|handlers|region) (.*?) -->\n```)[^\n]*\n(?:[\s\S]*?\n)??(```\n)/g, (_, head, part, rest, tail) => {
    const words = rest.split(/\s+/), times = take(words, '--hot', 1), code = fromHex(words.join(' '));
    return `${head}\n${(part === 'records' ? records(code) : part === 'handlers' ? handlersOf(code) : regions(code, times)).trimEnd()}\n${tail}`;
  });
}
if (update !== undefined) writeFileSync(update, filled(readFileSync(update, 'utf8')));
else if (check !== undefined) {
  const text = readFileSync(check, 'utf8');
  if (filled(text) !== text) { console.error(`${check}: its dumps are not what the engine emits now: node scripts/dump-region.mjs --update ${check}`); process.exit(1); }
} else {
  const code = asm !== undefined ? assemble(asm) : fromHex(args.join(' '));
  console.log(`;; decoded: offset, bytes, form, values\n${records(code)}`);
  if (handlers) console.log(`;; the interpreter's handlers\n${handlersOf(code)}`);
  console.log(`;; compiled\n${regions(code, hot)}`);
}
