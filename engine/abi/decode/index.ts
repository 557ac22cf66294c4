// The one decoder of syscalls (law 5): raw arguments, payload and result → the text strace 6.1 writes, split where strace
// splits it between entry and exit of the call.
import { ERRNO } from '../errno.ts';
import { syscallName } from '../syscalls.ts';
import { signalName } from '../signals.ts';
import { CallText, OUT_KINDS, argText } from './call.ts';
import type { RawCall } from './call.ts';
import { SPECIAL } from './special.ts';
import { hex, hex64, octal } from './text.ts';
import type { DecodeOptions } from './text.ts';

export type { RawCall } from './call.ts';
export { DEFAULTS } from './text.ts';
export type { DecodeOptions } from './text.ts';

export interface DecodedCall {
  name: string;
  /** Text between the parentheses: what strace prints at entry, and at exit. */
  entry: string;
  exit: string;
  /** What stands behind `= `. */
  result: string;
}


function resultOf(c: CallText): string {
  const { ret, restart } = c.call;
  if (restart) { const e = ERRNO[restart]; return `? ${e ? `${e[0]} (${e[1]})` : `ERESTART_${restart}`}`; }
  if (ret === null) return '?';
  if (ret < 0 && ret > -4096) { const e = ERRNO[-ret]; return `-1 ${e ? `${e[0]} (${e[1]})` : `ERRNO_${-ret} (Unknown error ${-ret})`}${c.aux && c.row?.name !== 'poll' ? ` (${c.aux})` : ''}`; }
  const aux = c.aux ? ` (${c.aux})` : '';
  if (c.resultText) return c.resultText + aux;
  switch (c.row?.ret) {
    case 'x': return (ret < 0 ? hex64(ret >>> 0, Math.floor(ret / 4294967296) >>> 0) : hex(ret)) + aux;
    case 'o': return octal(ret) + aux;
    case 'fd': return c.fd(ret) + aux;
    case 'sig': return `${ret} (${signalName(ret)})`;
    case 'pid': return `${ret}${c.o.pidName && ret > 0 ? c.o.pidName(ret) : ''}${aux}`;
    case 'none': return '?';
    default: return String(ret) + aux;
  }
}

export function decodeCall(call: RawCall, o: DecodeOptions): DecodedCall {
  const c = new CallText(call, o), row = c.row, { i386 } = call;
  if (!row) {
    for (let i = 0; i < 6; i++) c.arg(c.hex(i));
    return { name: i386 ?? syscallName(call.nr), entry: c.entry, exit: '', result: resultOf(c) };
  }
  const special = SPECIAL[row.name];
  if (special) special(c);
  else row.args.forEach((a, i) => {
    if (a.kind === '-') return;
    if (OUT_KINDS.has(a.kind)) c.atExit();
    c.arg(argText(c, i));
  });
  return { name: i386 ?? row.name, entry: c.entry, exit: c.exit, result: resultOf(c) };
}
