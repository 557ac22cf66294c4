// System V IPC: keys, commands with what they take and give, messages.
import { IPC_64, IPC_COMMANDS, IPC_SET } from '../ipc-flags.ts';
import type { IpcKind } from '../ipc-flags.ts';
import { PART } from '../payload.ts';
import { argText } from './call.ts';
import type { CallText } from './call.ts';
import { ipcOwned } from './structs.ts';
import { Reader, flags, hex, octal, oneOf, quoted } from './text.ts';

/** shmget, semget, msgget: key, size or number if there is one, flags with the mode in them. */
export function ipcGet(c: CallText): void {
  c.arg(c.u32(0) === 0 ? 'IPC_PRIVATE' : hex(c.u32(0)));
  if (c.row!.args.length > 2) c.arg(argText(c, 1));
  const v = c.u32(c.row!.args.length - 1), rest = v & ~0o777;
  c.arg(`${rest ? `${flags([[0o1000, 'IPC_CREAT'], [0o2000, 'IPC_EXCL']], rest, '')}|` : ''}${octal(v & 0o777)}`);
}
/** shmctl, semctl, msgctl. */
export function ipcControl(kind: IpcKind): (c: CallText) => void {
  return (c) => {
    const last = c.row!.args.length - 1, cmd = c.u32(last - 1), command = cmd & ~IPC_64, { names, stat, info } = IPC_COMMANDS[kind];
    for (let i = 0; i < last - 1; i++) c.arg(argText(c, i));
    c.arg(`${cmd & IPC_64 ? 'IPC_64|' : ''}${oneOf(names, command, `${kind.toUpperCase()}_???`)}`);
    const given = c.payload.get(last, PART.entry);
    if (command === IPC_SET) {
      const r = given && new Reader(given);
      c.arg(r ? `{${kind}_perm={${ipcOwned(r)}}${kind === 'msg' ? `, msg_qbytes=${r.udec(88)}` : ''}}` : c.ptr(last));
      return;
    }
    const filled = stat.includes(command) ? `${kind === 'msg' ? 'msq' : kind}id_ds` : info[command];
    if (filled !== undefined) c.atExit();
    c.arg((filled !== undefined && !c.failed && c.struct(last, PART.exit, filled)) || c.ptr(last));
  };
}
const typed = (c: CallText, b: Uint8Array | null): string => (b ? `{mtype=${new Reader(b).dec(0)}, mtext=${quoted(b.subarray(8), c.num(2), c.o)}}` : c.ptr(1));
export function msgsnd(c: CallText): void {
  c.arg(argText(c, 0));
  c.arg(typed(c, c.payload.get(1, PART.entry)));
  for (const i of [2, 3]) c.arg(argText(c, i));
}
export function msgrcv(c: CallText): void {
  c.arg(argText(c, 0));
  c.atExit();
  c.arg(typed(c, c.failed ? null : c.payload.get(1, PART.exit)));
  for (const i of [2, 3, 4]) c.arg(argText(c, i));
}
