// Writes docs/tables.md from engine/events/schema.ts; with --check says whether it is current (exit status 1 if not).
import { build } from 'esbuild';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const out = await build({ entryPoints: ['engine/events/schema.ts'], bundle: true, format: 'esm', write: false });
const { SCHEMA, COMMON, FORMAT_VERSION } = await import(`data:text/javascript;base64,${Buffer.from(out.outputFiles[0].text).toString('base64')}`);
const TYPE = { u8: 'UTINYINT', u16: 'USMALLINT', u32: 'UINTEGER', i32: 'INTEGER', i64: 'BIGINT', u64: 'UBIGINT', str: 'VARCHAR (dictionary)', bin: 'BLOB', bool: 'BOOLEAN' };
const rows = (cols) => Object.entries(cols).map(([n, c]) => `| \`${n}\` | ${TYPE[c.kind]}${c.nullable ? ', nullable' : ''} | ${c.doc} |`).join('\n');
let text = `# Trace tables\n\nMade from \`engine/events/schema.ts\` by \`node scripts/tables.mjs\`; format ${FORMAT_VERSION}. Query them with \`ktrace sql\`.\n\nEvery table begins with these columns:\n\n| column | type | meaning |\n|---|---|---|\n${rows(COMMON)}\n\nTables marked *core* feed the digest and give each event its own \`seq\`; a row of any other table carries the \`seq\` of the core event before it.\n`;
for (const [name, t] of Object.entries(SCHEMA)) text += `\n## ${name}\n\n${t.doc}${t.core ? ' *Core.*' : ''}${t.interval ? ' An interval: `ts` is its beginning.' : ''}\n\n| column | type | meaning |\n|---|---|---|\n${rows(t.columns)}\n`;
const path = 'docs/tables.md';
if (process.argv.includes('--check')) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) { console.log(`${path} is not what the schema says: run node scripts/tables.mjs`); process.exit(1); }
} else writeFileSync(path, text);
