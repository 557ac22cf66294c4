// #! scripts: the interpreter line's rules (fs/binfmt_script.c, execve(2) "Interpreter scripts").
import { byteString } from '../mm/uaccess.ts';

/** BINPRM_BUF_SIZE: what of a file execve looks at. */
export const BINPRM_BUF_SIZE = 256;

/** Interpreter and its one optional argument; null when the line is not usable (ENOEXEC). `head` begins with "#!". */
export function parseScript(head: Uint8Array): { interp: string; arg: string | null } | null {
  const text = byteString(head.subarray(0, BINPRM_BUF_SIZE));
  let end = text.indexOf('\n');
  const isBlank = (c: string): boolean => c === ' ' || c === '\t';
  if (end < 0) {
    // Without an end of line in the buffer the interpreter's name must at least be complete in it.
    end = text.length;
    const nul = text.indexOf('\0');
    if (nul >= 0) end = nul;
    let i = 2;
    while (i < end && isBlank(text[i]!)) i++;
    if (i >= end) return null;
    while (i < end && !isBlank(text[i]!)) i++;
    if (i === end && end === BINPRM_BUF_SIZE) return null;
  }
  let stop = end;
  while (stop > 2 && isBlank(text[stop - 1]!)) stop--;
  let i = 2;
  while (i < stop && isBlank(text[i]!)) i++;
  if (i >= stop) return null;
  let j = i;
  while (j < stop && !isBlank(text[j]!) && text[j] !== '\0') j++;
  const interp = text.slice(i, j);
  if (interp === '') return null;
  while (j < stop && isBlank(text[j]!)) j++;
  const cut = text.slice(j, stop);
  const nul = cut.indexOf('\0');
  const arg = nul >= 0 ? cut.slice(0, nul) : cut;
  return { interp, arg: arg === '' ? null : arg };
}
