// speedscope's file format (github.com/jlfwong/speedscope, file-format-spec): one sampled profile a task name.
import type { Filters, Out } from '../options.ts';
import { stacksOf } from '../stacks.ts';
import type { StackKind } from '../stacks.ts';

export async function exportSpeedscope(dir: string, options: Filters & { kind?: StackKind }, out: Out): Promise<void> {
  const stacks = await stacksOf(dir, options.kind ?? 'cpu', options);
  const ids = new Map<string, number>();
  const frame = (name: string): number => { let id = ids.get(name); if (id === undefined) { id = ids.size; ids.set(name, id); } return id; };
  const profiles = new Map<string, { samples: number[][]; weights: number[] }>();
  for (const s of stacks) {
    const comm = s.frames[0] ?? '?', p = profiles.get(comm) ?? { samples: [], weights: [] };
    p.samples.push(s.frames.slice(1).map(frame));
    p.weights.push(s.ns);
    profiles.set(comm, p);
  }
  out(`${JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json', exporter: 'ktrace', name: dir, activeProfileIndex: 0,
    profiles: [...profiles].map(([name, p]) => ({ type: 'sampled', name, unit: 'nanoseconds', startValue: 0, endValue: p.weights.reduce((a, b) => a + b, 0), samples: p.samples, weights: p.weights })),
    shared: { frames: [...ids.keys()].map((name) => ({ name })) },
  })}\n`);
}
