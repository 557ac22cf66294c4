// Each program natively and recorded: the same stdout bytes, stderr text and exit status. The first oracle.
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROGRAMS } from './programs.ts';
import { have, record, run } from './run.ts';

describe('natively and recorded', () => {
  for (const p of PROGRAMS) {
    const argv = p.argv[0]!.startsWith('build/') ? [resolve(p.argv[0]!), ...p.argv.slice(1)] : p.argv;
    const missing = [...p.needs.map((x) => (x.startsWith('build/') ? resolve(x) : x)), argv[0]!].filter((x) => !have(x));
    test(p.name, (context) => {
      if (missing.length) {
        console.log(`skipped: ${p.name}: not installed: ${missing.join(', ')}`);
        return context.skip();
      }
      const unfit = p.unfit?.() ?? '';
      if (unfit !== '') {
        console.log(`skipped: ${p.name}: ${unfit}`);
        return context.skip();
      }
      const options = { ...(p.input === undefined ? {} : { input: p.input }) };
      const mask = p.mask ?? ((t: string) => t);
      const recorded = record(argv, { ...options, flags: p.cpus ? ['--cpus', String(p.cpus)] : [] });
      const native = p.name.startsWith('sleep') ? { stdout: Buffer.alloc(0), stderr: '', status: 0, signal: null } : run(argv, options);
      const status = native.signal ? 128 + ({ SIGTERM: 15, SIGSEGV: 11, SIGKILL: 9, SIGABRT: 6 } as Record<string, number>)[native.signal]! : native.status;
      expect({ stderr: mask(recorded.stderr), stdout: mask(recorded.stdout.toString('latin1')), status: recorded.status })
        .toEqual({ stderr: mask(native.stderr), stdout: mask(native.stdout.toString('latin1')), status });
    });
  }
});
