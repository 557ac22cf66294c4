// Each snippet of goldens/ becomes a region whose text can be written.
import { describe, expect, test } from 'vitest';
import { decodeAll, handlerText, regionTexts } from './dump.ts';
import { SNIPPETS } from './goldens/snippets.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.split(' '), (b) => parseInt(b, 16));

describe('emitted code', () => {
  for (const { name, title, hex } of SNIPPETS) test(`${name}: ${title}`, () => {
    const code = bytes(hex), texts = regionTexts(code);
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) {
      const opened = text.match(/(?<![$.\w])(block|loop|if)\b/g)?.length ?? 0, closed = text.match(/(?<![$.\w])end\b/g)?.length ?? 0;
      expect(closed).toBe(opened);
    }
    for (const { insn } of decodeAll(code)) expect(handlerText(insn.form)).toMatch(/^\(func \$handler \(param \$state i32\) \(param \$record i32\) \(result i32\)/);
  });
});
