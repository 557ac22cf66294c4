// Frames mixed into the state digest by the core module and by JavaScript.
import { expect, test } from 'vitest';
import { mixWords, newDigest } from '../../events/digest.ts';
import { machine } from '../harness/modes.ts';

test('a frame is mixed as mixWords does', () => {
  const { cpu, ram } = machine('off', Uint8Array.of(0x90));
  let x = 12345;
  for (let i = 600 * 1024; i < 608 * 1024; i++) ram.u32[i] = x = Math.imul(x, 1664525) + 1013904223 >>> 0;
  ram.u32.fill(0, 603 * 1024, 604 * 1024);
  for (const pfns of [[], [600], [607, 601], [600, 601, 602, 603, 604, 605, 606, 607]]) {
    const slow = newDigest(), fast = newDigest();
    for (const pfn of pfns) mixWords(slow, ram.u32, pfn * 1024, pfn * 1024 + 1024);
    cpu.mixFrames(fast, pfns);
    expect(fast).toEqual(slow);
  }
  const before = newDigest(), after = newDigest();
  cpu.mixFrames(before, [604]);
  ram.u32[604 * 1024 + 1023]! ^= 1 << 31;
  cpu.mixFrames(after, [604]);
  expect(after).not.toEqual(before);
});
