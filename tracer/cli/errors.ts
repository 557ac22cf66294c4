// The one way out for errors: a line `ktrace: what is wrong: what to do`, an exit status, never a stack trace (KTRACE_DEBUG=1 shows it).
import { writeSync } from 'node:fs';
import { FormatError } from '../../engine/events/format.ts';
import { engineLines } from '../engine-stats.ts';
import { UserError } from '../recording.ts';

export function say(text: string): void {
  try { writeSync(2, text); } catch { /* stderr is closed */ }
}

/** For --engine-stats, which is not in the help: the engine's figures behind a run. */
export function sayEngineStats(s: Record<string, number>): void {
  say(engineLines(s).map(([k, v]) => `ktrace: ${k.padEnd(14)} ${v}\n`).join(''));
}

const clean = (s: string): string => s.replace(/\s*\n\s*/g, ' ').replace(/[\x00-\x1f\x7f]/g, '?');

/** Prints the line and gives the exit status. */
export function complain(e: unknown, fallbackStatus: number): number {
  const err = e instanceof Error ? e : new Error(String(e)), code = (e as NodeJS.ErrnoException).code;
  if (process.env.KTRACE_DEBUG) say(`${err.stack ?? err.message}\n`);
  const known = err instanceof UserError || err instanceof FormatError || 'userFacing' in err;
  const line = known ? clean(err.message)
    : code === 'ENOSPC' ? 'no space left on device: free some space'
      : code !== undefined && /^E[A-Z]+$/.test(code) ? `${clean(err.message)}: check the path and its permissions`
        : `internal error: ${clean(err.message)}: please report it with KTRACE_DEBUG=1`;
  say(`ktrace: ${line}\n`);
  return 'status' in err && typeof err.status === 'number' ? err.status : fallbackStatus;
}
