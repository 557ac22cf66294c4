// Script lines, the vDSO's image, limits of the pid space: the parts of the process room that need no machine.
import { describe, expect, it } from 'vitest';
import { Kernel } from '../contracts/kernel.ts';
import { bytesOf } from '../mm/uaccess.ts';
import { testKernel, testTask } from '../mm/harness/kernel.ts';
import { parseScript } from './binfmt-script.ts';
import { copyCred, credFor, fixupSetuid } from './cred.ts';
import { allocPid } from './pid.ts';
import { vdsoImage } from './vdso.ts';

describe('#! lines', () => {
  const parse = (s: string): unknown => parseScript(bytesOf(s));
  it('takes one argument, whole, trimmed', () => {
    expect(parse('#!/bin/sh\n')).toEqual({ interp: '/bin/sh', arg: null });
    expect(parse('#! \t/bin/sh  -e  -x \n')).toEqual({ interp: '/bin/sh', arg: '-e  -x' });
    expect(parse('#!/bin/sh')).toEqual({ interp: '/bin/sh', arg: null });
  });
  it('refuses an empty or truncated name', () => {
    expect(parse('#!\n')).toBe(null);
    expect(parse('#!   \n')).toBe(null);
    expect(parse(`#!/${'x'.repeat(300)}\n`)).toBe(null);
    expect(parse(`#!/bin/sh ${'x'.repeat(300)}\n`)).toMatchObject({ interp: '/bin/sh' });
  });
});

describe('vDSO', () => {
  const image = vdsoImage();
  const dv = new DataView(image.buffer);
  it('is an ELF image with the symbols that C libraries look for', () => {
    expect([...image.subarray(0, 4)]).toEqual([0x7f, 0x45, 0x4c, 0x46]);
    let text = '';
    for (const b of image.subarray(0, 0x400)) text += String.fromCharCode(b);
    for (const s of ['__vdso_clock_gettime', '__vdso_gettimeofday', '__vdso_time', '__vdso_getcpu', 'LINUX_2.6', 'linux-vdso.so.1']) expect(text).toContain(`\0${s}\0`);
  });
  it('reads [vvar] four pages below itself', () => {
    for (const at of [0x12, 0x5b, 0xa3]) expect(0x400 + at + 4 + dv.getInt32(0x400 + at, true)).toBe(-4 * 4096);
  });
});

describe('pids', () => {
  it('wrap, skip what is taken, and run out', () => {
    const { k } = testKernel();
    k.nextPid = 32767;
    testTask(k, 300);
    testTask(k, 301).process.pgid = 302;
    expect([allocPid(k), allocPid(k), allocPid(k)]).toEqual([32767, 303, 304]);
    const full = new Kernel();
    const one = testTask(k, 5);
    for (let i = 0; i < 32768; i++) full.tasks.set(i, one);
    expect(allocPid(full)).toBe(-1);
  });
});

it('drops capabilities with the last root id', () => {
  const c = credFor(0, 0, []);
  expect(c.capEffective[0]).toBe(0xffffffff);
  const n = copyCred(c);
  n.uid = n.euid = n.suid = n.fsuid = 1000;
  fixupSetuid(n, c);
  expect(n.capPermitted).toEqual([0, 0]);
  expect(c.capPermitted[0]).toBe(0xffffffff);
});
