// pprof's profile.proto, gzipped (github.com/google/pprof, proto/profile.proto): a sample a stack and task name, in ns.
import { gzipSync } from 'node:zlib';
import type { Filters } from '../options.ts';
import { stacksOf } from '../stacks.ts';
import type { StackKind } from '../stacks.ts';
import { Message } from './protobuf.ts';

export async function exportPprof(dir: string, options: Filters & { kind?: StackKind }): Promise<Uint8Array> {
  const kind = options.kind ?? 'cpu', stacks = await stacksOf(dir, kind, options);
  const strings = new Map<string, number>([['', 0]]), functions = new Map<string, number>();
  const text = (s: string): number => { let id = strings.get(s); if (id === undefined) { id = strings.size; strings.set(s, id); } return id; };
  const location = (name: string): number => { let id = functions.get(name); if (id === undefined) { id = functions.size + 1; functions.set(name, id); } return id; };
  const valueType = (type: string, unit: string): Message => new Message().int(1, text(type)).int(2, text(unit));
  const profile = new Message().message(1, valueType(kind === 'cpu' ? 'cpu' : 'off-cpu', 'nanoseconds'));
  for (const s of stacks) {
    const frames = s.frames.slice(1).reverse();
    profile.message(2, new Message().packed(1, (frames.length ? frames : ['[unknown]']).map(location)).packed(2, [s.ns]).message(3, new Message().int(1, text('task')).int(2, text(s.frames[0] ?? '?'))));
  }
  for (const [name, id] of functions) {
    profile.message(4, new Message().int(1, id).message(4, new Message().int(1, id)));
    profile.message(5, new Message().int(1, id).int(2, text(name)).int(3, text(name)));
  }
  profile.message(11, valueType(kind === 'cpu' ? 'cpu' : 'off-cpu', 'nanoseconds')).int(12, 1);
  for (const s of strings.keys()) profile.text(6, s);
  return gzipSync(profile.done());
}
