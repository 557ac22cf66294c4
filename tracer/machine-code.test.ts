// Machine code is kept and taken up at any time of a run.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import './cli/v8-flags.ts';
import { compileWhole, deserialize, knowsNatives, serialize } from './machine-code.ts';

describe.skipIf(!knowsNatives)('machine code (the natives of this V8 are not known: nothing is kept)', () => {
  it('is taken up after V8 has dropped what it can make again', () => {
    const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 6, 1, 4, 0, 65, 7, 11]); // f: i32.const 7
    const file = join(mkdtempSync(join(tmpdir(), 'ktrace-code-')), 'f.code');
    writeFileSync(file, serialize(compileWhole(bytes)));
    expect(deserialize(file, bytes)).toBeDefined();
    for (const flag of ['--expose-gc', '--stress-flush-code']) setFlagsFromString(flag);
    try { (runInNewContext('gc') as () => void)(); } finally { for (const flag of ['--no-expose-gc', '--no-stress-flush-code']) setFlagsFromString(flag); }
    expect((new WebAssembly.Instance(deserialize(file, bytes)!).exports as { f: () => number }).f()).toBe(7);
    rmSync(dirname(file), { recursive: true });
  });
});
