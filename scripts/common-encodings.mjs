// Writes engine/cpu/interp/common-encodings.ts: the encodings that at least `least` of the programs below decode, each counted once a program.
// node scripts/common-encodings.mjs [LEAST]
import { build } from 'esbuild';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAMS = [
  ['/bin/true'], ['/bin/ls', '-la', '/etc'], ['/usr/bin/python3', '-c', 'import json, re; print(json.dumps({"a": [1.5, re.sub("x", "y", "axb")]}))'], ['/usr/bin/perl', '-e', 'my %h = map { $_ => sqrt($_) } 1..50; print join(",", sort keys %h)'],
  ['/bin/bash', '-c', 'for i in 1 2 3; do echo $((i * 7)) | wc -c; done'], ['/bin/sh', '-c', 'ls /usr | sort -r | head -n 3; date +%s | tr 0-9 a-j'], ['/bin/sh', '-c', 'printf "#include <stdio.h>\\nint main(void) { puts(\\"hi\\"); return 0; }\\n" | gcc -x c -c -o /dev/null -'], ['/bin/grep', '-rn', 'root', '/etc/passwd', '/etc/group'],
  ['/usr/bin/find', '/etc', '-name', '*.conf'], ['/usr/bin/awk', 'BEGIN { for (i = 0; i < 99; i++) s += log(i + 1); printf "%.3f\\n", s }'], ['/bin/sed', '-e', 's/a/b/g', '/etc/services'], ['/usr/bin/git', '--version'],
  ['/bin/tar', 'cf', '/dev/null', '/etc/ssl'], ['/bin/gzip', '-c', '/etc/services'], ['/usr/bin/sha256sum', '/etc/services'], ['/usr/bin/diff', '/etc/passwd', '/etc/group'], ['/bin/cat', '/etc/hostname'], ['/bin/dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=20'],
];
const least = Number(process.argv[2] ?? 1), target = 'engine/cpu/interp/common-encodings.ts';
const dir = mkdtempSync(join(tmpdir(), 'ktrace-encodings-'));
// The engine without any, from its sources.
const none = { name: 'none', setup(b) { b.onLoad({ filter: /common-encodings\.ts$/ }, () => ({ contents: 'export const commonEncodings = () => []' })); } };
await build({
  stdin: { contents: "export { record } from './tracer/record.ts'; export { recordOptions, RECORD_OPTIONS } from './tracer/cli/record.ts'; export { parseArgs, Reader } from './tracer/cli/args.ts'; export { KEY, T, VALID, hasModrm } from './engine/cpu/interp/decode-known.ts'; export { TEMPLATES, TEMPLATE_BITS } from './engine/cpu/layout.ts';", resolveDir: '.', loader: 'ts' },
  bundle: true, format: 'cjs', platform: 'node', target: 'node20', outfile: join(dir, 'engine.cjs'), logLevel: 'warning', define: { 'import.meta.dirname': '__dirname', KTRACE_VERSION: '"0"', KTRACE_ENGINE_HASH: 'undefined' }, plugins: [none],
});
const memories = [], { Memory } = WebAssembly;
WebAssembly.Memory = class extends Memory { constructor(limits) { super(limits); memories.push(this); } };
const { createRequire } = await import('node:module');
const { record, recordOptions, RECORD_OPTIONS, parseArgs, Reader, KEY, T, VALID, hasModrm, TEMPLATES, TEMPLATE_BITS } = createRequire(import.meta.url)(join(dir, 'engine.cjs'));
/** The bits of prefixes in a template's key. */
const PREFIXES = [[0x66, 1], [0x67, 2], [0xf2, 4], [0xf3, 8], [0xf0, 16], [0x64, 32], [0x65, 64]];
/** The encodings, up to displacement and immediate, of the templates in a machine's memory. */
function encodingsIn(buffer) {
  const v = new DataView(buffer), out = [];
  for (let at = TEMPLATES, end = TEMPLATES + (T.size << TEMPLATE_BITS); at < end; at += T.size) {
    const key = v.getUint32(at + T.key, true), sib = v.getUint32(at + T.sib, true), rex = (key >> KEY.rex) & 31, map = (key >> KEY.map) & 3, modrm = key >>> KEY.modrm;
    if ((sib & VALID) === 0) continue;
    const head = PREFIXES.filter(([, bit]) => (key & bit) !== 0).map(([byte]) => byte);
    if (rex !== 0) head.push(0x40 | (rex & 15));
    if (map > 0) head.push(0x0f);
    if (map > 1) head.push(map === 2 ? 0x38 : 0x3a);
    head.push((key >> KEY.opcode) & 255);
    if (hasModrm(key)) head.push(modrm);
    if (hasModrm(key) && modrm < 0xc0 && (modrm & 7) === 4) head.push(sib & 255);
    out.push(Buffer.from(head).toString('hex'));
  }
  return out;
}
const counts = new Map();
try {
  for (const command of PROGRAMS) {
    memories.length = 0;
    const parsed = parseArgs(['-q', '--trace', 'none', '-o', join(dir, 'r.ktrace'), '--', ...command], RECORD_OPTIONS, true, 1);
    await record(recordOptions(new Reader(parsed, 1), parsed.rest));
    for (const head of encodingsIn(memories[0].buffer)) // the machine's is the first
      counts.set(head, (counts.get(head) ?? 0) + 1);
  }
} finally { rmSync(dir, { recursive: true, force: true }); }
// The most common last: of two that share a place it stays.
const heads = [...counts].filter(([, n]) => n >= least).sort(([a, n], [b, m]) => n - m || (a < b ? -1 : 1)).map(([head]) => head), lines = [''];
let last = '';
for (const head of heads) {
  let shared = 0;
  while (shared < head.length && head[shared] === last[shared]) shared++;
  const word = shared.toString(36) + head.slice(shared);
  last = head;
  if (lines.at(-1).length + word.length > 180) lines.push('');
  lines[lines.length - 1] += (lines.at(-1) === '' ? '' : ' ') + word;
}
writeFileSync(target, `// Encodings, up to displacement and immediate, that the core module has templates for (templates.ts). Written by scripts/common-encodings.mjs: those that
// ${least > 1 ? `at least ${least} of the` : 'any of the'} programs named there decode${least > 1 ? '' : 's'}.

/** In hexadecimal: of each how many digits it shares with the one before it, and the others. */
export function commonEncodings(): string[] {
  let last = '';
  return \`
${lines.join('\n')}
\`.trim().split(/\\s/).map((word) => (last = last.slice(0, parseInt(word[0]!, 36)) + word.slice(1)));
}
`);
process.stderr.write(`${heads.length} of ${counts.size} encodings\n`);
process.exit(0);
