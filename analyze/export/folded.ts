// Folded stacks: `comm;root;…;leaf N`, N in microseconds.
import type { Filters, Out } from '../options.ts';
import { stacksOf } from '../stacks.ts';
import type { StackKind } from '../stacks.ts';

export async function exportFolded(dir: string, options: Filters & { kind?: StackKind }, out: Out): Promise<void> {
  let text = '';
  for (const s of await stacksOf(dir, options.kind ?? 'cpu', options)) text += `${s.frames.map((f) => f.replace(/[;\n]/g, ':')).join(';')} ${Math.max(1, Math.round(s.ns / 1000))}\n`;
  out(text);
}
