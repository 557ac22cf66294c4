// Compiled guest code from run to run: one file a program (kept-file.ts reads it, kept-leave.ts writes it), with the WebAssembly of its hot regions and what V8 made of it. One of
// another engine, Node or processor is as good as none. Here: which file.
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { multiplyAddIsFused } from '../engine/cpu/wasm/fused.ts';
import { KeptFile } from './kept-file.ts';
import { sha256 } from './kept-format.ts';
import { knowsNatives } from './machine-code.ts';
import { ENGINE_HASH } from './recording.ts';

/** Where they lie, undefined if nowhere: KTRACE_CODE_CACHE names a directory, or is `off`; else beside the program, or in the user's cache where that cannot be written. */
function directory(): string | undefined {
  const named = process.env['KTRACE_CODE_CACHE'];
  if (named === 'off') return undefined;
  if (named !== undefined && named !== '') return named;
  try {
    accessSync(import.meta.dirname, constants.W_OK);
    return join(import.meta.dirname, 'regions');
  } catch { /* installed by another user */ }
  const cache = process.env['XDG_CACHE_HOME'];
  if (cache !== undefined && cache.startsWith('/')) return join(cache, 'ktrace');
  try { return join(homedir(), '.cache', 'ktrace'); } catch { return undefined; }
}

/** The kept code of a program, null where none is kept. @param path of the recorded program, one character a byte. @param traits what emitted code depends on besides the engine. */
export function keptCode(path: string, traits: { cpuModel: string; cpus: number; counting: boolean }): KeptFile | null {
  const dir = directory();
  if (dir === undefined || !knowsNatives || ENGINE_HASH === 'dev') return null;
  const known = JSON.stringify([path, ENGINE_HASH, process.version, process.arch, process.execArgv, traits.cpuModel, traits.cpuModel === 'v3' && multiplyAddIsFused(), traits.cpus === 1, traits.counting]);
  return new KeptFile(join(dir, `${basename(path).replace(/[^\w.+-]/g, '_').slice(0, 64)}-${sha256(Buffer.from(known)).toString('hex').slice(0, 16)}.code`));
}
