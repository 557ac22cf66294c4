// RCPPS and RSQRTPS of every table entry: the sums of what an AMD processor of family 25 gives. That nothing else of an operand counts, and the special operands, the
// harness compares where it runs on such a processor.
import { expect, test } from 'vitest';
import { Guest } from '../harness/guest.ts';
import { DATA, ENTRY, WINDOW } from '../harness/records.ts';

test.each([['rcpps', 0x53, 0xdbe78500], ['rsqrtps', 0x52, 0x41c18080]] as const)('%s', (name, opcode, sum) => {
  const guest = new Guest('off'), fx = new Uint8Array(512), view = new DataView(fx.buffer), mem = new Uint8Array(64), none: [number, number] = [0, 0];
  view.setUint16(0, 0x37f, true); view.setUint32(24, 0x1f80, true);
  const gpr = new BigUint64Array(16);
  gpr[4] = BigInt(DATA + WINDOW);
  let h = 0;
  for (let i = 0; i < 8192; i += 4) { // 1 ≤ x < 4
    for (let lane = 0; lane < 4; lane++) view.setUint32(160 + lane * 4, 0x3f800000 + ((i + lane) << 11), true);
    const out = guest.test({ code: Uint8Array.of(0x0f, opcode, 0xc8), entry: ENTRY, gpr, rflags: 0x202, fsBase: 0, gsBase: 0, fx, window: WINDOW, mem, name, ignore: none }).fx, r = new DataView(out.buffer, out.byteOffset);
    for (let lane = 0; lane < 4; lane++) h = (Math.imul(h, 31) + (r.getUint32(176 + lane * 4, true) >>> 11)) >>> 0;
  }
  expect(h.toString(16)).toBe(sum.toString(16));
});
