// Errors planted on purpose: the proof that the fuzzers see errors. Never part of a machine that is not under test.
import { replaceSemantics, semanticsOf } from '../semantics/context.ts';
import '../semantics/all.ts';

const like = (mnemonic: string, other: string, when: (compiled: boolean) => boolean): void => {
  const right = semanticsOf(mnemonic)!, wrong = semanticsOf(other)!;
  replaceSemantics(mnemonic, (c) => (when(c.compiled) ? wrong : right)(c));
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
};
/** Before any Guest is made. */
export function plant(name: string): void {
  const p = PLANTS[name];
  if (p === undefined) throw new Error(`nothing to plant is called ${name}; known: ${Object.keys(PLANTS).join(', ')}`);
  p();
}
