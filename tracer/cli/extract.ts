// ktrace extract: re-executes the recording and takes out what the guest wrote.
import * as fs from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readContent } from '../../engine/kernel/fs/upper.ts';
import type { ChangedFile } from '../../engine/kernel/fs/upper.ts';
import { DEFAULT_DIR, UserError } from '../recording.ts';
import { replay } from '../replay.ts';
import { parseArgs, Reader } from './args.ts';
import { say } from './errors.ts';
import { print } from './output.ts';

const PIECE = 1 << 20;
const text = (byteString: string): string => Buffer.from(byteString, 'latin1').toString('utf8');
const MARK: Record<ChangedFile['change'], string> = { created: 'A', modified: 'M', deleted: 'D', attributes: 'T' };

export async function main(args: string[]): Promise<number> {
  const p = parseArgs(args, { '--list': 'flag', '-o': 'value' }, false, 2), r = new Reader(p, 2);
  const first = p.rest[0], isDir = first !== undefined && fs.existsSync(join(first, 'manifest.json'));
  const path = isDir ? first : DEFAULT_DIR, wanted = isDir ? p.rest.slice(1) : p.rest;
  const out = r.get('-o');
  if (!r.has('--list') && out === undefined) throw new UserError('extract wants -o DIR or --list: ktrace extract [FILE] [--list] [PATH…] -o DIR');
  const result = await replay(path, { output: () => {} });
  if (result.verdict === 'diverged') throw new UserError(`the replay diverged, its files would not be the recorded ones: ${result.message}`);
  const under = (f: string): boolean => wanted.length === 0 || wanted.some((w) => f === w || f.startsWith(w.endsWith('/') ? w : `${w}/`));
  const files = result.changed.filter((f) => under(text(f.path)));
  for (const w of wanted) if (!result.changed.some((f) => text(f.path) === w || text(f.path).startsWith(`${w}/`))) throw new UserError(`${w}: the guest did not write it: ktrace extract --list shows what it wrote`);
  if (r.has('--list')) {
    print(files.map((f) => `${MARK[f.change]} ${text(f.path)}\n`).join(''));
    return 0;
  }
  const root = resolve(out!);
  let count = 0;
  for (const f of files) {
    if (!f.inode) continue;
    // guest paths have no `..`; joined below the root they stay below it, symlinks made here are not followed: parents come first as directories
    const to = join(root, text(f.path));
    if (f.kind === 'directory') { fs.mkdirSync(to, { recursive: true }); count++; continue; }
    fs.mkdirSync(dirname(to), { recursive: true });
    if (fs.realpathSync(dirname(to)) !== dirname(to) && !fs.realpathSync(dirname(to)).startsWith(fs.realpathSync(root))) throw new UserError(`${to} leads outside ${out}: choose an empty directory`);
    fs.rmSync(to, { force: true });
    if (f.kind === 'symlink') {
      const target = f.inode.readlink(result.machine.kernel);
      if (typeof target === 'string') { fs.symlinkSync(Buffer.from(target, 'latin1'), to); count++; }
    } else if (f.kind === 'regular') {
      const fd = fs.openSync(to, 'wx', f.inode.mode & 0o777);
      for (let at = 0; at < f.inode.size; at += PIECE) fs.writeSync(fd, readContent(result.machine.kernel, f.inode, at, Math.min(PIECE, f.inode.size - at)));
      fs.closeSync(fd);
      count++;
    }
  }
  say(`ktrace: ${count} files extracted to ${out}\n`);
  return 0;
}
