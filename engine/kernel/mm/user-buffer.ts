// A range of user memory that has been prepared: copying to and from it cannot fault (law 4). mm/uaccess.ts makes them.
import type { Pa, Va } from '../../base/brand.ts';
import { COST } from '../../clock/costs.ts';
import type { UserBuffer } from '../contracts/fs.ts';
import type { Kernel } from '../contracts/kernel.ts';
import type { Mm } from '../contracts/mm.ts';
import { charge } from '../entry/charge.ts';
import { PAGE, translate } from './pgtable.ts';

export const chargeCopy = (k: Kernel, length: number): void => charge(k, COST.copyLine * ((length + 63) >>> 6));

/** One contiguous range of prepared user memory. Lives for one kernel entry. */
export class UserRange implements UserBuffer {
  readonly length: number;
  readonly va: Va;
  private readonly k: Kernel;
  private readonly mm: Mm;
  constructor(k: Kernel, mm: Mm, va: Va, length: number) { this.k = k; this.mm = mm; this.va = va; this.length = length; }
  put(at: number, src: Uint8Array, srcOffset: number, length: number): void {
    const k = this.k;
    for (let done = 0; done < length;) {
      const pa = translate(k, this.mm.pgd, this.va + at + done, true);
      if (pa < 0) break;
      const n = Math.min(length - done, PAGE - (pa & (PAGE - 1)));
      k.ram.write(pa, src, srcOffset + done, n);
      done += n;
    }
    chargeCopy(k, length);
  }
  get(at: number, dst: Uint8Array, dstOffset: number, length: number): void {
    const k = this.k;
    for (let done = 0; done < length;) {
      const pa = translate(k, this.mm.pgd, this.va + at + done, false);
      if (pa < 0) break;
      const n = Math.min(length - done, PAGE - (pa & (PAGE - 1)));
      k.ram.read(pa, dst, dstOffset + done, n);
      done += n;
    }
    chargeCopy(k, length);
  }
  /** get() straight into a frame, noticing code. */
  copyToRam(at: number, to: Pa, length: number): void {
    const k = this.k;
    for (let done = 0; done < length;) {
      const pa = translate(k, this.mm.pgd, this.va + at + done, false);
      if (pa < 0) break;
      const n = Math.min(length - done, PAGE - (pa & (PAGE - 1)));
      k.ram.write(to + done, k.ram.u8, pa, n);
      done += n;
    }
    chargeCopy(k, length);
  }
}
