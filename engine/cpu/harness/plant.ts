// Errors planted on purpose: the proof that the fuzzers see errors. Never part of a machine that is not under test.
import { RegionEmitter } from '../jit/emitter.ts';
import { replaceSemantics, semanticsOf } from '../semantics/context.ts';
import { I32 } from '../wasm/builder.ts';
import '../semantics/all.ts';

const like = (mnemonic: string, other: string, when: (compiled: boolean) => boolean): void => {
  const right = semanticsOf(mnemonic)!, wrong = semanticsOf(other)!;
  replaceSemantics(mnemonic, (c) => (when(c.compiled) ? wrong : right)(c));
};
/** Instead of the emitter's code behind a call for which a region waits. */
const callAway = (wrong: (emitter: { state: { holds: readonly unknown[] }; ctx: { regionFlag: (name: string) => number }; f: { freshLocal: (type: number) => number } }, right: () => void) => void): void => {
  const prototype = RegionEmitter.prototype as unknown as { callAway: (...args: unknown[]) => void }, right = prototype.callAway;
  prototype.callAway = function (this: never, ...args) { wrong(this, () => { right.apply(this, args); }); };
};
export const PLANTS: Readonly<Record<string, () => void>> = {
  /** SBB without its borrow, everywhere. */
  'sbb-no-borrow': () => like('sbb', 'sub', () => true),
  /** ADC without its carry, in compiled code only. */
  'adc-no-carry-compiled': () => like('adc', 'add', (compiled) => compiled),
  /** SAR that shifts zeros in, in compiled code only. */
  'sar-unsigned-compiled': () => like('sar', 'shr', (compiled) => compiled),
  /** PSUBUSB that wraps, everywhere. */
  'psubusb-wraps': () => like('psubusb', 'psubb', () => true),
  /** A region goes on with the pages of the TLB that it had in locals before it called. */
  'call-keeps-pages': () => callAway(({ state }, right) => { const { holds } = state; state.holds = []; right(); state.holds = holds; }),
  /** A region that has found MXCSR in its usual mode does not look again when it has called. */
  'call-keeps-rounding': () => callAway(({ ctx, f }, right) => { const { regionFlag } = ctx; ctx.regionFlag = () => f.freshLocal(I32); right(); ctx.regionFlag = regionFlag; }),
};
/** Before any Guest is made. */
export function plant(name: string): void {
  const p = PLANTS[name];
  if (p === undefined) throw new Error(`nothing to plant is called ${name}; known: ${Object.keys(PLANTS).join(', ')}`);
  p();
}
