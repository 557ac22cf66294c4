// report --flame: a flame graph as one self-contained SVG: width is time, tooltips name the frame, a click zooms.
import type { Filters, Out } from '../options.ts';
import { stacksOf } from '../stacks.ts';
import type { Stack, StackKind } from '../stacks.ts';

interface Node { name: string; ns: number; children: Map<string, Node> }
const WIDTH = 1200, ROW = 17, PAD = 10, TOP = 40, CHAR = 6.6, MIN = 0.2;

function tree(stacks: Stack[]): Node {
  const root: Node = { name: 'all', ns: 0, children: new Map() };
  for (const s of stacks) {
    root.ns += s.ns;
    let at = root;
    for (const f of s.frames) {
      let child = at.children.get(f);
      if (!child) { child = { name: f, ns: 0, children: new Map() }; at.children.set(f, child); }
      child.ns += s.ns;
      at = child;
    }
  }
  return root;
}
const escape = (s: string): string => s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;').replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '?');
/** A warm colour from the name, the same in every graph. */
function colour(name: string, kind: StackKind): string {
  let h = 2166136261;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 16777619) >>> 0;
  const a = h % 50, b = (h >>> 8) % 60;
  return kind === 'cpu' ? `rgb(${205 + a},${70 + b * 2},${20 + (b >> 1)})` : `rgb(${60 + b},${120 + a},${200 + (b >> 1)})`;
}
const time = (ns: number): string => (ns >= 1e9 ? `${(ns / 1e9).toFixed(3)} s` : ns >= 1e6 ? `${(ns / 1e6).toFixed(3)} ms` : `${(ns / 1e3).toFixed(3)} us`);

export function flameSvg(stacks: Stack[], kind: StackKind, title: string): string {
  const root = tree(stacks);
  const rects: { x: number; w: number; depth: number; node: Node }[] = [];
  let deepest = 0;
  const place = (node: Node, x: number, depth: number): void => {
    const w = root.ns ? (node.ns / root.ns) * (WIDTH - 2 * PAD) : 0;
    if (w < MIN) return;
    deepest = Math.max(deepest, depth);
    rects.push({ x, w, depth, node });
    let at = x;
    for (const child of [...node.children.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      place(child, at, depth + 1);
      at += root.ns ? (child.ns / root.ns) * (WIDTH - 2 * PAD) : 0;
    }
  };
  place(root, PAD, 0);
  const height = TOP + (deepest + 1) * ROW + PAD;
  const body = rects.map(({ x, w, depth, node }) => {
    const y = height - PAD - (depth + 1) * ROW;
    const chars = Math.floor((w - 4) / CHAR);
    const label = chars < 3 ? '' : node.name.length <= chars ? node.name : `${node.name.slice(0, chars - 2)}..`;
    const percent = root.ns ? ((node.ns * 100) / root.ns).toFixed(2) : '0.00';
    return `<g class="f"><title>${escape(node.name)} (${time(node.ns)}, ${percent}%)</title><rect x="${x.toFixed(2)}" y="${y}" width="${w.toFixed(2)}" height="${ROW - 1}" fill="${depth === 0 ? '#ddd' : colour(node.name, kind)}" rx="1"/>${label ? `<text x="${(x + 3).toFixed(2)}" y="${y + 12}">${escape(label)}</text>` : ''}</g>`;
  }).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="11">
<style>.f:hover rect{stroke:#000;stroke-width:0.7}.f text{pointer-events:none}</style>
<rect width="100%" height="100%" fill="#fffdf5"/>
<text x="${WIDTH / 2}" y="24" font-size="16" text-anchor="middle">${escape(title)}</text>
${stacks.length ? body : `<text x="${WIDTH / 2}" y="${TOP + 10}" text-anchor="middle">no time was recorded</text>`}
</svg>
`;
}

export async function reportFlame(dir: string, options: Filters & { kind?: StackKind; html?: boolean }, out: Out): Promise<void> {
  const kind = options.kind ?? 'cpu';
  const svg = flameSvg(await stacksOf(dir, kind, options), kind, kind === 'cpu' ? 'CPU time' : 'Time off the CPU');
  out(options.html ? `<!doctype html><meta charset="utf-8"><title>ktrace flame graph</title>\n${svg.replace(/^<\?xml.*\n/, '')}` : svg);
}
