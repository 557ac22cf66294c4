// The file system calls over a host in memory: what the host has shows through, what the guest does stays in the guest.
import { describe, expect, it } from 'vitest';
import { snapshot } from '../base/snapshot.ts';
import { external } from '../base/state.ts';
import { EACCES, EAGAIN, EBADF, EBUSY, EEXIST, EFBIG, EINVAL, EISDIR, ELOOP, EMFILE, ENAMETOOLONG, ENODATA, ENOENT, ENOTDIR, ENOTEMPTY, ENXIO, EPERM, EXDEV } from '../abi/errno.ts';
import { changedFiles, readContent } from '../kernel/fs/upper.ts';
import { Guest } from './harness/guest.ts';
import type { Stat } from './harness/guest.ts';

const O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0o100, O_EXCL = 0o200, O_TRUNC = 0o1000, O_APPEND = 0o2000, O_DIRECTORY = 0o200000, O_NOFOLLOW = 0o400000, O_PATH = 0o10000000, O_TMPFILE = 0o20200000;
const big = new Uint8Array(200_000).map((_, i) => (i * 7) & 255);
const make = (): Guest => new Guest((h) => {
  h.add('/etc/passwd', 'root:x:0:0\n');
  h.add('/etc/shadow', 'secret', 0o600);
  h.add('/etc/b', 'b'); h.add('/etc/a', 'a');
  h.add('/etc/self', 'self', 0o120777); h.add('/etc/abs', '/etc/passwd', 0o120777); h.add('/etc/up', '../etc/passwd', 0o120777); h.add('/dirlink', 'etc', 0o120777);
  h.add('/big', big);
  h.add('/home/u/x', 'x', 0o644, 1000);
  h.add('/secret/file', 'f'); (h.find('/secret') as { mode: number }).mode = 0o40700;
  h.add('/one', 'linked'); h.hardlink('/one', '/home/two');
  h.add('/tmp/.keep'); (h.find('/tmp') as { mode: number }).mode = 0o41777;
});

describe('reading the host', () => {
  it('shows contents, metadata and order as the host has them', () => {
    const g = make();
    expect(g.read('/etc/passwd')).toBe('root:x:0:0\n');
    expect(g.ls('/etc')).toEqual(['.', '..', 'passwd', 'shadow', 'b', 'a', 'self', 'abs', 'up']);
    const s = g.stat('/etc/passwd') as Stat, h = g.host.find('/etc/passwd') as { ino: number };
    expect(s).toMatchObject({ ino: h.ino, size: 11, dev: 0x801, mode: 0o100644, blocks: 8, mtime: 1_600_000_000 });
    const f = g.open('/big');
    expect(g.call('pread64', f, g.buf, 150_000, 60_000)).toBe(140_000);
    expect(g.bytes(140_000)).toEqual(big.slice(60_000));
    expect(g.call('lseek', f, 0, 2)).toBe(200_000);
    expect(g.call('read', f, g.buf, 10)).toBe(0);
    expect(g.call('pread64', f, g.buf, 10, -1)).toBe(-EINVAL);
  });
  it('asks once and keeps the answer', () => {
    const g = make();
    expect(g.stat('/etc/none')).toBe(-ENOENT);
    g.host.add('/etc/none', 'late');
    expect(g.stat('/etc/none')).toBe(-ENOENT);
    g.read('/etc/passwd');
    (g.host.find('/etc') as { children: Map<string, unknown> }).children.delete('passwd');
    expect(g.read('/etc/passwd')).toBe('root:x:0:0\n');
    const asked = g.host.calls.length;
    g.stat('/etc/none'); g.stat('/etc/passwd');
    expect(g.host.calls.length).toBe(asked);
  });
  it('bounds remembered absences', () => {
    const g = make();
    for (let i = 0; i < 2000; i++) expect(g.stat('/etc/n' + i)).toBe(-ENOENT);
    expect(g.host.calls.length).toBeLessThan(400);
    expect((g.stat('/etc/a') as Stat).size).toBe(1);
  });
  it('walks links itself', () => {
    const g = make();
    expect(g.read('/etc/abs')).toBe('root:x:0:0\n');
    expect(g.read('/dirlink/up')).toBe('root:x:0:0\n');
    expect(g.open('/etc/self')).toBe(-ELOOP);
    expect(g.open('/etc/abs', O_NOFOLLOW)).toBe(-ELOOP);
    expect((g.stat('/etc/abs') as Stat).mode & 0o170000).toBe(0o120000);
    expect(g.call('readlink', '/etc/abs', g.buf, 4)).toBe(4);
    expect(g.text(4)).toBe('/etc');
    expect(g.stat('/etc/passwd/')).toBe(-ENOTDIR);
    expect(g.stat('/etc/passwd/x')).toBe(-ENOTDIR);
    expect((g.stat('/dirlink/') as Stat).mode & 0o170000).toBe(0o40000);
    expect(g.stat('/../../etc/./passwd')).toMatchObject({ size: 11 });
    expect(g.stat('')).toBe(-ENOENT);
    expect(g.stat('/' + 'n'.repeat(256))).toBe(-ENAMETOOLONG);
    expect(g.stat('/x'.repeat(3000))).toBe(-ENAMETOOLONG);
  });
  it('checks permissions as the guest user; a host EACCES stays', () => {
    const g = make();
    (g.host.find('/etc/b') as { error?: number }).error = 13;
    expect(g.open('/etc/b')).toBe(-EACCES);
    g.asUser(1000);
    expect(g.open('/etc/shadow')).toBe(-EACCES);
    expect(g.open('/secret/file')).toBe(-EACCES);
    expect(g.call('access', '/etc/passwd', 4)).toBe(0);
    expect(g.call('access', '/etc/passwd', 2)).toBe(-EACCES);
    expect(g.open('/etc/new', O_CREAT | O_WRONLY)).toBe(-EACCES);
    expect(g.write('/home/u/x', 'mine')).toBe(4);
    expect(g.call('chmod', '/etc/passwd', 0o777)).toBe(-EPERM);
    expect(g.call('unlink', '/tmp/.keep')).toBe(-EPERM); // sticky
  });
});

describe('copy-on-write', () => {
  it('never writes to the host and lists what changed', () => {
    const g = make();
    expect(g.write('/etc/passwd', 'XX', O_WRONLY)).toBe(2);
    expect(g.read('/etc/passwd')).toBe('XXot:x:0:0\n');
    expect(g.write('/tmp/new', 'hello')).toBe(5);
    expect(g.call('mkdir', '/tmp/d', 0o755)).toBe(0);
    expect(g.call('rename', '/etc/a', '/tmp/d/a2')).toBe(0);
    expect(g.call('unlink', '/etc/b')).toBe(0);
    expect(g.call('chmod', '/etc/shadow', 0o640)).toBe(0);
    expect(g.call('rename', '/home/u', '/home/v')).toBe(0);
    expect(g.read('/home/v/x')).toBe('x');
    expect(g.ls('/etc')).toEqual(['.', '..', 'passwd', 'shadow', 'self', 'abs', 'up']);
    expect(g.stat('/etc/b')).toBe(-ENOENT);
    expect(g.read('/tmp/d/a2')).toBe('a');
    const changes = changedFiles(g.k).map((c) => [c.change, c.path]);
    expect(changes).toEqual([
      ['deleted', '/etc/a'], ['deleted', '/etc/b'], ['modified', '/etc/passwd'], ['attributes', '/etc/shadow'], ['deleted', '/home/u'], ['created', '/home/v'], ['created', '/home/v/x'],
      ['created', '/tmp/d'], ['created', '/tmp/d/a2'], ['created', '/tmp/new'],
    ]);
    const c = changedFiles(g.k).find((x) => x.path === '/etc/passwd')!;
    expect(String.fromCharCode(...readContent(g.k, c.inode!, 0, 100))).toBe('XXot:x:0:0\n');
    expect(String.fromCharCode(...(g.host.find('/etc/passwd') as { data: Uint8Array }).data)).toBe('root:x:0:0\n');
  });
  it('a file made and removed leaves no trace', () => {
    const g = make();
    for (let i = 0; i < 1000; i++) { g.write('/tmp/t' + i, 'x'); g.call('unlink', '/tmp/t' + i); }
    expect(changedFiles(g.k)).toEqual([]);
    expect(g.ls('/tmp')).toEqual(['.', '..', '.keep']);
    expect((g.k.vfs as { newInodes: number }).newInodes).toBe(0);
  });
  it('truncates and extends host files', () => {
    const g = make();
    const f = g.open('/big', O_RDWR);
    expect(g.call('ftruncate', f, 5000)).toBe(0);
    expect(g.call('ftruncate', f, 9000)).toBe(0);
    expect(g.call('pread64', f, g.buf, 10_000, 0)).toBe(9000);
    const b = g.bytes(9000);
    expect(b.slice(0, 5000)).toEqual(big.slice(0, 5000));
    expect(b.slice(5000).every((x) => x === 0)).toBe(true);
    expect(g.call('pwrite64', f, Uint8Array.of(1, 2, 3), 3, 20_000)).toBe(3);
    expect((g.stat('/big') as Stat).size).toBe(20_003);
    expect(g.open('/big', O_TRUNC | O_WRONLY)).toBeGreaterThan(0);
    expect((g.stat('/big') as Stat)).toMatchObject({ size: 0, blocks: 0 });
  });
  it('hard links are one file', () => {
    const g = make();
    expect((g.stat('/one') as Stat).nlink).toBe(2);
    g.write('/home/two', 'changed');
    expect(g.read('/one')).toBe('changed');
    expect(g.call('unlink', '/one')).toBe(0);
    expect((g.stat('/home/two') as Stat).nlink).toBe(1);
    expect(g.call('link', '/home/two', '/tmp/three')).toBe(0);
    expect((g.stat('/tmp/three') as Stat)).toMatchObject({ nlink: 2, ino: (g.stat('/home/two') as Stat).ino });
  });
  it('an unlinked open file lives until it is closed, then gives its memory back', () => {
    const g = make();
    const f0 = g.open('/tmp/f', O_CREAT | O_RDWR);
    g.call('write', f0, big, 100_000);
    g.call('close', f0);
    const f = g.open('/tmp/f', O_RDWR);
    const free = (g.k.mm as { freePages: number }).freePages;
    expect(g.call('unlink', '/tmp/f')).toBe(0);
    expect(g.call('pread64', f, g.buf, 10, 1000)).toBe(10);
    expect((g.k.mm as { freePages: number }).freePages).toBeLessThanOrEqual(free);
    g.call('close', f);
    expect((g.k.mm as { freePages: number }).freePages).toBeGreaterThanOrEqual(free + 20);
  });
  it('its state is data', () => {
    const g = make();
    g.write('/tmp/new', 'hello'); g.ls('/etc'); g.call('unlink', '/etc/b'); g.open('/big');
    external(g.k.ram, 'ram'); external(g.k.processor, 'cpu'); external(g.k.trace, 'trace'); external(g.host, 'host');
    expect(snapshot(g.k).length).toBeGreaterThan(1000);
  });
});

describe('errors as Linux has them', () => {
  it('open', () => {
    const g = make();
    expect(g.open('/etc', O_WRONLY)).toBe(-EISDIR);
    expect(g.open('/etc/x/', O_CREAT | O_WRONLY)).toBe(-EISDIR);
    expect(g.open('/etc/passwd', O_CREAT | O_EXCL)).toBe(-EEXIST);
    expect(g.open('/etc/passwd', O_DIRECTORY)).toBe(-ENOTDIR);
    expect(g.open('/nope/x', O_CREAT)).toBe(-ENOENT);
    const p = g.open('/etc/shadow', O_PATH);
    expect(g.call('read', p, g.buf, 1)).toBe(-EBADF);
    expect(g.call('fstat', p, g.buf)).toBe(0);
    const t = g.open('/tmp', O_TMPFILE | O_RDWR, 0o600);
    expect(g.call('write', t, Uint8Array.of(65), 1)).toBe(1);
    expect(g.ls('/tmp')).toEqual(['.', '..', '.keep']);
    expect(g.call('linkat', t, '', -100, '/tmp/named', 0x1000)).toBe(0);
    expect(g.read('/tmp/named')).toBe('A');
  });
  it('names', () => {
    const g = make();
    expect(g.call('mkdir', '/etc', 0o755)).toBe(-EEXIST);
    expect(g.call('mkdir', '/', 0o755)).toBe(-EEXIST);
    expect(g.call('mkdir', '/tmp/d/', 0o755)).toBe(0);
    expect(g.call('rmdir', '/etc')).toBe(-ENOTEMPTY);
    expect(g.call('rmdir', '/tmp/d/.')).toBe(-EINVAL);
    expect(g.call('rmdir', '/')).toBe(-EBUSY);
    expect(g.call('rmdir', '/etc/passwd')).toBe(-ENOTDIR);
    expect(g.call('unlink', '/tmp/d')).toBe(-EISDIR);
    expect(g.call('unlink', '/etc/passwd/')).toBe(-ENOTDIR);
    expect(g.call('rename', '/tmp', '/tmp/d/e')).toBe(-EINVAL);
    expect(g.call('rename', '/tmp/d', '/etc')).toBe(-ENOTEMPTY);
    expect(g.call('rename', '/tmp/d', '/etc/passwd')).toBe(-ENOTDIR);
    expect(g.call('rename', '/etc/passwd', '/tmp/d')).toBe(-EISDIR);
    expect(g.call('renameat2', -100, '/etc/a', -100, '/etc/b', 1)).toBe(-EEXIST);
    expect(g.call('renameat2', -100, '/etc/a', -100, '/etc/b', 2)).toBe(0);
    expect(g.read('/etc/a')).toBe('b');
    expect(g.call('link', '/etc', '/tmp/x')).toBe(-EPERM);
    expect(g.call('symlink', 'nowhere', '/tmp/s')).toBe(0);
    expect(g.open('/tmp/s')).toBe(-ENOENT);
    expect(g.open('/tmp/s', O_CREAT | O_WRONLY)).toBeGreaterThanOrEqual(0);
    expect((g.stat('/tmp/nowhere') as Stat).size).toBe(0);
    expect(g.call('mkdir', '/tmp/d/x', 0o700)).toBe(0);
    expect((g.stat('/tmp/d') as Stat).nlink).toBe(3);
    expect(g.call('getxattr', '/etc/a', 'user.x', g.buf, 10)).toBe(-ENODATA);
    expect(g.call('setxattr', '/etc/a', 'user.x', Uint8Array.of(1, 2), 2, 0)).toBe(0);
    expect(g.call('getxattr', '/etc/a', 'user.x', g.buf, 10)).toBe(2);
    expect(g.call('listxattr', '/etc/a', g.buf, 100)).toBe(7);
  });
  it('descriptors', () => {
    const g = make();
    const f = g.open('/etc/passwd');
    expect(g.call('write', f, g.buf, 1)).toBe(-EBADF);
    expect(g.call('dup3', f, f, 0)).toBe(-EINVAL);
    expect(g.call('dup2', f, 100)).toBe(100);
    expect(g.call('read', 100, g.buf, 4)).toBe(4);
    expect(g.call('lseek', f, 0, 1)).toBe(4);
    expect(g.call('fcntl', f, 0, 7)).toBe(7);
    expect(g.call('fcntl', f, 1030, 0)).toBe(1);
    expect(g.call('fcntl', 1, 1)).toBe(1);
    expect(g.call('close_range', 1, 50, 0)).toBe(0);
    expect(g.call('close', 7)).toBe(-EBADF);
    g.task.process.rlimits[7] = [3, 3];
    expect(g.open('/etc/a')).toBe(1);
    expect(g.open('/etc/a')).toBe(2);
    expect(g.open('/etc/a')).toBe(-EMFILE);
    g.task.process.rlimits[1] = [10, 10];
    g.call('close', 2);
    const w = g.open('/tmp/l', O_CREAT | O_WRONLY | O_APPEND);
    expect(g.call('write', w, new Uint8Array(20), 20)).toBe(10);
    expect(g.call('write', w, new Uint8Array(20), 20)).toBe(-EFBIG);
  });
  it('locks', () => {
    const g = make();
    const a = g.open('/tmp/l', O_CREAT | O_RDWR), flock = (type: number, start: number, len: number): Uint8Array => {
      const b = new Uint8Array(32), dv = new DataView(b.buffer);
      dv.setInt16(0, type, true); dv.setUint32(8, start, true); dv.setUint32(16, len, true);
      return b;
    };
    expect(g.call('fcntl', a, 6, flock(1, 0, 10))).toBe(0);
    const b = g.open('/tmp/l', O_RDWR);
    expect(g.call('fcntl', b, 37, flock(1, 5, 1))).toBe(-EAGAIN); // OFD against POSIX
    expect(g.call('fcntl', b, 37, flock(1, 10, 1))).toBe(0);
    expect(g.call('fcntl', a, 6, flock(2, 0, 10))).toBe(0);
    expect(g.call('fcntl', b, 37, flock(1, 5, 1))).toBe(0);
    expect(g.call('flock', a, 2)).toBe(0);
    expect(g.call('flock', b, 1 | 4)).toBe(-EAGAIN);
    g.call('close', a);
    expect(g.call('flock', b, 1 | 4)).toBe(0);
  });
  it('mounts', () => {
    const g = make();
    expect(g.call('mount', 'none', '/tmp', 'tmpfs', 0, 0)).toBe(0);
    expect(g.ls('/tmp')).toEqual(['.', '..']);
    g.write('/tmp/in', '1');
    expect(g.call('rename', '/tmp/in', '/etc/in')).toBe(-EXDEV);
    expect(g.call('rmdir', '/tmp')).toBe(-EBUSY);
    expect(g.call('chdir', '/tmp')).toBe(0);
    expect(g.call('umount2', '/tmp', 0)).toBe(-EBUSY);
    expect(g.call('getcwd', g.buf, 100)).toBe(5);
    expect(g.text(4)).toBe('/tmp');
    g.call('chdir', '/');
    expect(g.call('mount', '/etc', '/home', 0, 4096, 0)).toBe(0);
    expect(g.read('/home/passwd')).toBe('root:x:0:0\n');
    expect(g.call('umount2', '/home', 0)).toBe(0);
    expect(g.call('umount2', '/tmp', 0)).toBe(0);
    expect(g.ls('/tmp')).toEqual(['.', '..', '.keep']);
    expect(g.call('chroot', '/etc')).toBe(0);
    expect(g.read('/passwd')).toBe('root:x:0:0\n');
    expect(g.read('/../passwd')).toBe('root:x:0:0\n');
    expect(g.call('getcwd', g.buf, 100)).toBe(15);
    expect(g.text(14)).toBe('(unreachable)/');
  });
  it('seeks', () => {
    const g = make();
    const f = g.open('/tmp/s', O_CREAT | O_RDWR);
    g.call('pwrite64', f, Uint8Array.of(1), 1, 10_000);
    expect(g.call('lseek', f, 0, 3)).toBe(8192);
    expect(g.call('lseek', f, 0, 4)).toBe(0);
    expect(g.call('lseek', f, 8192, 4)).toBe(10_001);
    expect(g.call('lseek', f, 20_000, 3)).toBe(-ENXIO);
    expect(g.call('lseek', f, -1, 0)).toBe(-EINVAL);
    expect((g.stat('/tmp/s') as Stat).blocks).toBe(8);
    const d = g.open('/etc', O_DIRECTORY);
    expect(g.call('read', d, g.buf, 10)).toBe(-EISDIR);
  });
  it('copies between files and long transfers', () => {
    const g = make();
    const a = g.open('/big'), b = g.open('/tmp/copy', O_CREAT | O_RDWR);
    expect(g.call('sendfile', b, a, 0, 1_000_000)).toBe(200_000);
    expect(g.call('lseek', a, 0, 1)).toBe(200_000);
    expect(g.call('copy_file_range', a, 0, b, 0, 10, 0)).toBe(0);
    const c = g.open('/tmp/zero', O_CREAT | O_RDWR);
    g.call('ftruncate', c, 3_000_000);
    expect(g.call('pread64', b, g.buf, 200_000, 0)).toBe(200_000);
    expect(g.bytes(200_000)).toEqual(big);
    expect(g.call('read', c, g.buf, 1_048_576 + 5)).toBe(1_048_576 + 5);
  });
  it('rm -r while reading a large directory', () => {
    const g = make();
    g.call('mkdir', '/tmp/many', 0o755);
    for (let i = 0; i < 500; i++) g.write('/tmp/many/file' + i, '');
    const f = g.open('/tmp/many', O_DIRECTORY);
    let seen = 0;
    for (;;) {
      const n = g.call('getdents64', f, g.buf, 1024);
      if (n <= 0) break;
      const b = g.bytes(n), dv = new DataView(b.buffer, b.byteOffset);
      for (let at = 0; at < n; at += dv.getUint16(at + 16, true)) {
        let end = at + 19;
        while (b[end] !== 0) end++;
        const name = String.fromCharCode(...b.subarray(at + 19, end));
        if (name !== '.' && name !== '..') { expect(g.call('unlink', '/tmp/many/' + name)).toBe(0); seen++; }
      }
    }
    expect(seen).toBe(500);
    expect(g.call('rmdir', '/tmp/many')).toBe(0);
  });
});
