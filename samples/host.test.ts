// What a guest may see of the host and do to it: the recording it is written to does not exist, and nothing outside ever changes.
import { chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ktrace, recordingPath } from './run.ts';

describe('the recording directory does not exist for the guest', () => {
  const script = (dir: string): string => `
    ls -a ${dirname(dir)} | grep -c ${basename(dir)}
    ls -d ${dir} 2>&1; cat ${dir}/manifest.json 2>&1; cd ${dir} 2>&1
    ls ${dirname(dir)}/by-link/${basename(dir)} 2>&1; cat ${dirname(dir)}/direct/manifest.json 2>&1
    cd ${dirname(dir)}; ls ./${basename(dir)} ../${basename(dirname(dir))}/${basename(dir)} 2>&1
    find . -name manifest.json; stat -c %n /proc/self/cwd/${basename(dir)} 2>&1
    for p in /proc/[0-9]*; do ls $p/fd; done | grep -c ktrace
    mkdir ${dir} && echo mine > ${dir}/file && cat ${dir}/file`;
  test('by its name, in listings, by another path, by a link to it or to its parent, below /proc', () => {
    const parent = recordingPath(), dir = join(parent, 'run.ktrace');
    mkdirSync(parent);
    symlinkSync(parent, join(parent, 'by-link'));
    symlinkSync(dir, join(parent, 'direct'));
    const r = ktrace(['record', '-q', '-o', dir, '--', '/bin/bash', '-c', script(dir)]), out = r.stdout.toString();
    expect(r.status, r.stderr).toBe(0);
    expect(out.match(/No such file or directory/g)?.length, out).toBe(8);
    expect(out).not.toMatch(/"engine"|digest/);
    expect(out.trim().split('\n')).toEqual(expect.arrayContaining(['0', 'mine']));
    expect(readdirSync(dir)).toContain('manifest.json');
    expect(readdirSync(dir)).not.toContain('file');
    expect(ktrace(['check', dir]).status).toBe(0);
  });
  test('the default directory, and the old one that it pushes aside', () => {
    const cwd = recordingPath();
    mkdirSync(cwd);
    ktrace(['record', '-q', '/bin/true'], { cwd });
    const r = ktrace(['record', '-q', '--', '/bin/ls'], { cwd });
    expect(r.stdout.toString()).toBe('ktrace.data.old\n');
  });
});

describe('the host is only read', () => {
  interface Seen { [path: string]: string }
  const FILES = ['a', 'b', 'sub/c', 'sub/deep/d', 'script'];
  const tree = (): string => {
    const dir = recordingPath();
    mkdirSync(join(dir, 'sub/deep'), { recursive: true });
    for (const f of FILES) { writeFileSync(join(dir, f), `#!/bin/sh\necho ${f}\n`); chmodSync(join(dir, f), 0o755); }
    symlinkSync('a', join(dir, 'link'));
    return dir;
  };
  const look = (dir: string, at = ''): Seen => {
    const out: Seen = {};
    for (const name of readdirSync(join(dir, at)).sort()) {
      const p = join(at, name), s = lstatSync(join(dir, p), { bigint: true });
      out[p] = [s.ino, s.mode, s.nlink, s.uid, s.gid, s.size, s.mtimeNs, s.ctimeNs, s.isFile() ? readFileSync(join(dir, p), 'latin1') : s.isSymbolicLink() ? readlinkSync(join(dir, p)) : ''].join(' ');
      if (s.isDirectory()) Object.assign(out, look(dir, p));
    }
    return out;
  };

  test('whatever the guest does, names, bytes, modes, owners, links and times stay', () => {
    const dir = tree(), before = look(dir);
    const r = ktrace(['record', '-q', '-o', recordingPath(), '--', '/bin/bash', '-c', `cd ${dir}
      ./script; echo more >> a; truncate -s 0 b; chmod 000 sub/c; chown 1:1 script; touch -d @5 a; ln a hard; mv a moved; rm link; ln -s /etc link
      mkfifo fifo; mkdir new; cp b new/; sed -i s/echo/printf/ script; dd if=/dev/zero of=sub/deep/d bs=1 count=1 conv=notrunc 2>/dev/null; setfattr -n user.k -v v b 2>/dev/null; rm -rf sub
      ls`]);
    expect(r.status, r.stderr).toBe(0);
    expect(r.stdout.toString()).toMatch(/fifo\nhard\nlink\nmoved\nnew\nscript\n$/);
    expect(look(dir)).toEqual(before);
  });
  test('reading and executing files does not move their access times', (context) => {
    const dir = tree(), atimes = (): string[] => FILES.map((f) => String(lstatSync(join(dir, f), { bigint: true }).atimeNs));
    for (const f of FILES) utimesSync(join(dir, f), new Date(1e12), new Date(1.1e12)); // a plain read would move it (mount(8), relatime)
    const before = atimes();
    const r = ktrace(['record', '-q', '-o', recordingPath(), '--', join(dir, 'script')]);
    expect(r.stdout.toString(), r.stderr).toBe('script\n');
    expect(ktrace(['record', '-q', '-o', recordingPath(), '--', '/bin/sh', '-c', `cd ${dir}; cat a b sub/c sub/deep/d`]).status).toBe(0);
    expect(atimes()).toEqual(before);
    readFileSync(join(dir, 'a'));
    if (atimes()[0] === before[0]) { console.log('skipped: this file system keeps no access times'); context.skip(); }
  });
});
