// Handlers of the sched family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
