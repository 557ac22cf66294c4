// Every opcode under every kind of prefix: what is undefined, what is privileged and what runs is the same as on the real CPU, and leaves the same.
// Under all pairs of prefixes: npm run fuzz:map.
import { describe, expect, test } from 'vitest';
import { compareOpcodes } from '../harness/fuzz-map.ts';
import { Guest } from '../harness/guest.ts';
import { FEW_PREFIXES, MAPS, SOME_PREFIXES, hex, opcodes } from '../harness/opcode-map.ts';
import { cannotRunNatively } from '../harness/records.ts';

const why = cannotRunNatively();
describe.skipIf(why !== null)(`opcode map${why === null ? '' : ` (skipped: ${why})`}`, () => {
  MAPS.forEach((escape, map) => test(`map ${hex(escape)}`, () => {
    const guest = new Guest('off'), wrong: string[] = [];
    let run = 0;
    for (let from = 0; from < 256; from += 16) {
      const r = compareOpcodes(guest, map, opcodes(map).filter((o) => o >= from && o < from + 16), map < 2 ? SOME_PREFIXES : FEW_PREFIXES);
      run += r.run;
      wrong.push(...r.wrong);
    }
    expect(run).toBeGreaterThan(20_000);
    expect(wrong).toEqual([]);
  }, 300_000));
});
