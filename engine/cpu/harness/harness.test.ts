// Every encoding row against the real CPU, interpreted and with the compiler forced. A longer run: npm run fuzz:cpu.
import { describe, expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';
import { cannotRunNatively } from './records.ts';

const why = cannotRunNatively();
describe.skipIf(why !== null)(`instructions agree with the real CPU${why === null ? '' : ` (skipped: ${why})`}`, () => {
  for (const family of ['int', 'sse', 'mmx', 'x87', 'sequence'] as const) {
    test.each(['off', 'force'] as const)(`${family}, compiler %s`, (jit) => {
      const seed = 1_000_003;
      const { run, found } = fuzz({ seed, count: 2500, family, jit, masked: true });
      expect(run).toBeGreaterThan(2000);
      expect(found.map((f) => `${f.text}\n  ${f.differences.join('\n  ')}`)).toEqual([]);
    }, 120_000);
  }
});
