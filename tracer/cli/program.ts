// Finds the program to record as execvp would and says early why it cannot run: 127 not found, 126 cannot execute.
// The guest's own execve has the last word; this only turns the usual mistakes into one clear line before anything is recorded.
import { accessSync, closeSync, constants, existsSync, fstatSync, readSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { openQuietly } from '../../engine/host/node.ts';
import { UserError } from '../recording.ts';

const CANNOT = 126, NOT_FOUND = 127;

/** The path for execve, as execvp(3) would make it: relative ones are the guest's to resolve, in the same directory. */
export function findProgram(name: string, path: string | undefined, cwd: string): string {
  if (name === '') throw new UserError(`'': not found: name a program`, NOT_FOUND);
  if (name.includes('/')) {
    const full = isAbsolute(name) ? name : resolve(cwd, name);
    examine(name, full);
    return name;
  }
  let denied: string | null = null;
  for (const dir of (path ?? '/usr/local/bin:/bin:/usr/bin').split(':')) {
    const path = `${dir === '' ? '.' : dir}/${name}`, full = resolve(cwd, path);
    let s: Stats;
    try { s = statSync(full); } catch { continue; }
    if (!s.isFile()) { denied ??= full; continue; } // execvp(3): EACCES is the answer if nothing better follows
    try { accessSync(full, constants.X_OK); } catch { denied ??= full; continue; }
    examine(name, full);
    return path;
  }
  if (denied !== null) examine(denied, denied);
  throw new UserError(`${name}: not found: check its name and PATH`, NOT_FOUND);
}

function examine(name: string, full: string): void {
  let s: Stats;
  try { s = statSync(full); } catch (e) {
    const code = (e as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new UserError(`${name}: not found: check its name`, NOT_FOUND);
    throw new UserError(`${name}: ${code === 'EACCES' ? 'Permission denied' : code === 'ELOOP' ? 'too many levels of symbolic links' : code}: check the path`, CANNOT);
  }
  if (s.isDirectory()) throw new UserError(`${name}: is a directory (Permission denied): name a program`, CANNOT);
  const why = refused(full) ?? unrunnable(full);
  if (why !== null) throw new UserError(`${name}: ${why}`, CANNOT);
}

/** Why execve answers EACCES for something that exists, or null. */
function refused(full: string): string | null {
  if (!statSync(full).isFile()) return 'Permission denied: it is not a regular file';
  try { accessSync(full, constants.X_OK); } catch { return 'Permission denied: make it executable with chmod +x'; }
  return null;
}

const MACHINES: Record<number, string> = { 3: 'i386', 8: 'MIPS', 20: 'PowerPC', 21: 'PowerPC64', 22: 's390', 40: 'ARM', 183: 'aarch64', 243: 'RISC-V', 258: 'LoongArch' };

/** Why a file cannot be executed as x86-64 Linux, or null. ELF-64 header: elf(5). */
export function unrunnable(full: string, depth = 0): string | null {
  let fd: number;
  try { fd = openQuietly(full); } catch { return null; } // execute-only: the guest will tell
  try {
    const head = Buffer.alloc(4096), n = readSync(fd, head, 0, head.length, 0), size = fstatSync(fd).size;
    if (n === 0) return 'Exec format error (the file is empty): name a program';
    if (head[0] === 0x23 && head[1] === 0x21) {
      const line = head.subarray(2, n).toString('latin1').split('\n')[0]!.trim(), interpreter = line.split(/[ \t]/)[0]!;
      if (interpreter === '') return 'Exec format error (its #! line names no interpreter): name one';
      if (isAbsolute(interpreter) && !existsSync(interpreter)) return `its interpreter ${interpreter} is missing: install it or correct the #! line`;
      // An interpreter may be a script itself, five deep (binfmt_script).
      const why = isAbsolute(interpreter) && depth < 5 ? refused(interpreter) ?? unrunnable(interpreter, depth + 1) : null;
      return why === null ? null : `its interpreter ${interpreter}: ${why}`;
    }
    if (n < 4 || head.readUInt32LE(0) !== 0x464c457f) return 'Exec format error (neither ELF nor #!): run it with an interpreter';
    if (n < 20) return 'Exec format error (a truncated ELF file): get it again';
    if (head[4] === 1) return `Exec format error (a 32-bit ${MACHINES[head.readUInt16LE(18)] ?? ''} ELF file): ktrace runs 64-bit x86 programs`.replace('bit  ELF', 'bit ELF');
    const machine = head.readUInt16LE(18);
    if (machine !== 62) return `Exec format error (an ELF file for ${MACHINES[machine] ?? `machine ${machine}`}): ktrace runs x86-64 programs`;
    if (n < 64) return 'Exec format error (a truncated ELF file): get it again';
    const type = head.readUInt16LE(16);
    if (type !== 2 && type !== 3) return 'Exec format error (an ELF file that is no program): link it first';
    const phoff = Number(head.readBigUInt64LE(32)), phnum = head.readUInt16LE(56);
    const table = Buffer.alloc(phnum * 56);
    if (phoff + table.length > size || readSync(fd, table, 0, table.length, phoff) !== table.length) return 'Exec format error (a truncated ELF file): get it again';
    for (let i = 0; i < phnum; i++) {
      const p = table.subarray(i * 56, i * 56 + 56), offset = Number(p.readBigUInt64LE(8)), filesz = Number(p.readBigUInt64LE(32));
      if (p.readUInt32LE(0) !== 1 && p.readUInt32LE(0) !== 3) continue; // PT_LOAD, PT_INTERP
      if (offset + filesz > size) return 'Exec format error (a truncated ELF file): get it again';
      if (p.readUInt32LE(0) === 3 && filesz > 1 && filesz < 4096) {
        const b = Buffer.alloc(filesz);
        readSync(fd, b, 0, filesz, offset);
        const interpreter = b.toString('latin1').replace(/\0.*$/s, '');
        if (!existsSync(interpreter)) return `its interpreter ${interpreter} is missing: install it`;
      }
    }
    return null;
  } finally { closeSync(fd); }
}
