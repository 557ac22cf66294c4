// The lines of strace -k: ` > file(function+offset) [offset in the file]`, leaf first, of the stack that was taken when a call began.
import type { Database } from '../duck.ts';
import { AnalyzeError } from '../options.ts';

export class CallStacks {
  private readonly sites = new Map<number, { parent: number; frame: number }>();
  private readonly frames = new Map<number, string>();
  private readonly texts = new Map<number, string>();

  static async load(db: Database): Promise<CallStacks> {
    const s = new CallStacks(), r = db.recording;
    if (!['stack_sample', 'callsite', 'frame', 'mapping'].every((t) => (r.tableNames() as string[]).includes(t)) || r.manifest.stacks !== true) {
      throw new AnalyzeError('-k needs the stack of each call: record with --stacks, or add them with ktrace replay --trace stack_sample --stacks');
    }
    for (const row of await db.rows('select id, coalesce(parent, 0) as parent, frame_id from callsite')) s.sites.set(Number(row.id), { parent: Number(row.parent), frame: Number(row.frame_id) });
    for (const row of await db.rows('select f.id, f.pc, f.symbol, f."offset", m.path, m.start, m.pgoff from frame f left join mapping m on m.id = f.mapping_id')) {
      const hex = (n: bigint): string => `0x${n.toString(16)}`, pc = BigInt(row.pc as bigint);
      // As strace's: without a mapping there is no file to name.
      const where = row.path === null ? hex(pc) : hex(pc - BigInt(row.start as bigint) + BigInt(row.pgoff as bigint) * 4096n), file = row.path === null ? '[vdso]' : String(row.path);
      const text = row.symbol !== null ? `${file}(${String(row.symbol)}+${hex(BigInt(row.offset as bigint))}) [${where}]` : row.path === null ? `unexpected_backtracing_error [${where}]` : `${file}() [${where}]`;
      s.frames.set(Number(row.id), ` > ${text}\n`);
    }
    return s;
  }

  /** The lines of a leaf callsite. */
  text(callsite: number): string {
    let t = this.texts.get(callsite);
    if (t === undefined) {
      t = '';
      for (let id = callsite; id !== 0; id = this.sites.get(id)?.parent ?? 0) t += this.frames.get(this.sites.get(id)?.frame ?? 0) ?? '';
      if (this.texts.size > 65536) this.texts.clear();
      this.texts.set(callsite, t);
    }
    return t;
  }
}
