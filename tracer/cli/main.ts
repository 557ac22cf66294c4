// The ktrace command: picks the subcommand, loads only its file, turns errors into one line and an exit status.
import { complain, say } from './errors.ts';
import { print } from './output.ts';

const HELP = `ktrace: records, replays and explains unmodified Linux programs

  ktrace record [OPTIONS] [--] PROGRAM [ARGS…]   run and record
  ktrace report [FILE] --NAME…                   print reports: --strace --summary --sched --vmstat --flame --faults --signals …
  ktrace replay [FILE]                           run again from the recording alone and verify every digest
  ktrace diff A B                                where two recordings part, and why
  ktrace sql [FILE] "SELECT …"                   SQL over the tables and views
  ktrace info [FILE] [--json]                    what the recording holds
  ktrace check [FILE]                            verify every checksum, blob and batch
  ktrace extract [FILE] [--list] [PATH…] -o DIR  take out files that the guest wrote
  ktrace strace [STRACE OPTIONS] PROGRAM…        record and report in one
  ktrace export [FILE] --perfetto|--speedscope|--folded|--pprof|--parquet -o OUT

FILE is a recording directory, ./ktrace.data if left out. ktrace COMMAND --help says more.
`;

interface Command { main(args: string[]): Promise<number> }
const COMMANDS: Record<string, { load: () => Promise<Command>; failed: number; usage: string }> = {
  record: { load: () => import('./record.ts'), failed: 125, usage: `ktrace record [OPTIONS] [--] PROGRAM [ARGS…]
  -o DIR            the recording (./ktrace.data)
  --cpus N          virtual CPUs, 1 to 8 (1)            --ram SIZE      memory (1G)
  --cpu v1|v2|v3    x86-64 level of the processor (v1)
  --seed N          seed of all randomness (0)          --clock now|@SECONDS
  --hz N            timer ticks a second (250)          --preempt none|voluntary|full
  --jit auto|off|force                                  --chaos[=SEED]  perturb the schedule
  --cwd DIR  --env K=V  --clear-env  --user UID[:GID]   --stdin FILE
  --sample HZ       stack samples a virtual second (999, 0 = none)
  --trace LIST|all|none                                 --time-limit DURATION (virtual)
  -q                no closing line
Exit status: the program's own, 128+N for signal N; 125 ktrace failed, 126 cannot execute, 127 not found.
` },
  report: { load: () => import('./report.ts'), failed: 2, usage: `ktrace report [FILE] --NAME… [--format text|csv|json] [--pid N] [--tid N] [--comm NAME] [--cpu N] [--from T] [--to T]
  --strace (with strace's letters: -f -T -t -r -y -s N -v -x -e … -c …)  --summary  --sched[=latency|timehist|map]
  --vmstat[=INTERVAL]  --flame -o OUT.svg  --faults  --irq  --signals  --io
` },
  replay: { load: () => import('./replay.ts'), failed: 2, usage: 'ktrace replay [FILE] [--jit auto|off|force] [--trace LIST|all [--sample HZ] [--stacks] [--from T] [--to T] [-o DIR]]\n--trace writes tables while replaying: into the recording, or with -o into a new one.\nExit status: 0 identical, 1 diverged, 2 bad input.\n' },
  diff: { load: () => import('./diff.ts'), failed: 2, usage: 'ktrace diff A B [--format text|json]\nExit status: 0 same, 1 different, 2 bad input.\n' },
  sql: { load: () => import('./sql.ts'), failed: 2, usage: 'ktrace sql [FILE] "SELECT …" [--format text|csv|json]\n' },
  info: { load: () => import('./info.ts'), failed: 2, usage: 'ktrace info [FILE] [--json]\n' },
  check: { load: () => import('./check.ts'), failed: 2, usage: 'ktrace check [FILE]\nExit status: 0 sound, 1 damaged, 2 bad input.\n' },
  extract: { load: () => import('./extract.ts'), failed: 2, usage: 'ktrace extract [FILE] [--list] [PATH…] -o DIR\n' },
  strace: { load: () => import('./strace.ts'), failed: 125, usage: "ktrace strace [STRACE OPTIONS] PROGRAM [ARGS…]\nThe options are strace's own; -o FILE writes the text there.\n" },
  export: { load: () => import('./export.ts'), failed: 2, usage: 'ktrace export [FILE] --perfetto|--speedscope|--folded|--pprof|--parquet [--no-payload] [--kind cpu|offcpu] -o OUT\n' },
};

async function run(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined) { say(HELP); return 2; }
  if (name === '--help' || name === '-h' || name === 'help') {
    print(name === 'help' && args[0] !== undefined && Object.hasOwn(COMMANDS, args[0]) ? COMMANDS[args[0]]!.usage : HELP);
    return 0;
  }
  if (name === '--version' || name === '-V') {
    const { ENGINE_VERSION, ENGINE_HASH } = await import('../recording.ts');
    print(`ktrace ${ENGINE_VERSION} (${ENGINE_HASH})\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    say(`ktrace: unknown command ${name}: see ktrace --help\n`);
    return 2;
  }
  if (args[0] === '--help') { print(command.usage); return 0; }
  try {
    return await (await command.load()).main(args);
  } catch (e) {
    return complain(e, command.failed);
  }
}

// At once: a pending read of the terminal must not keep the process, and all output is written synchronously.
void run().then((status) => process.exit(status));
