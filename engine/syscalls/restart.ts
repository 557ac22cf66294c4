// Calls that restart_syscall(2) can go on with: by number, registered by their families.
import type { Handler } from './call.ts';

export const restartable = new Map<number, Handler>();
