// What the launcher (tracer/cli/launcher.ts) sets so that V8 compiles what regions say: for tests and fuzzers, which run the engine without it.
import { setFlagsFromString } from 'node:v8';

if (Number(process.versions.v8.split('.')[0]) <= 11) setFlagsFromString('--no-turbo-move-optimization');
