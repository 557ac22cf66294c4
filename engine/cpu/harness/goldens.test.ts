// What is emitted for each snippet of goldens/ is what stands in goldens/NAME.wat. A change of the compiler changes these files, and the review sees how:
// `npx vitest run engine/cpu/harness/goldens.test.ts -u` writes them anew, `node scripts/dump-region.mjs --update docs/engine.md` the dumps of that page.
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { decodeAll, handlerText, recordText, regionTexts } from './dump.ts';
import { SNIPPETS } from './goldens/snippets.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.split(' '), (b) => parseInt(b, 16));

describe('emitted code', () => {
  for (const { name, title, asm, hex } of SNIPPETS) test(`${name}: ${title}`, async () => {
    const code = bytes(hex), texts = regionTexts(code), insns = decodeAll(code);
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) {
      const opened = text.match(/(?<![$.\w])(block|loop|if)\b/g)?.length ?? 0, closed = text.match(/(?<![$.\w])end\b/g)?.length ?? 0;
      expect(closed).toBe(opened);
    }
    for (const { insn } of insns) expect(handlerText(insn.form)).toMatch(/^\(func \$handler \(param \$state i32\) \(param \$record i32\) \(result i32\)/);
    const records = insns.map(({ offset, insn }) => `;; ${recordText(code, offset, insn).trimEnd()}\n`).join('');
    await expect(`;; ${title}\n;; ${asm}\n${records}\n${texts.join('\n')}`).toMatchFileSnapshot(`goldens/${name}.wat`);
  });
  test('the dumps of docs/engine.md are today\'s', () => {
    const r = spawnSync(process.execPath, ['scripts/dump-region.mjs', '--check', 'docs/engine.md'], { encoding: 'utf8' });
    expect(r.stderr).toBe('');
    expect(r.status).toBe(0);
  });
});
