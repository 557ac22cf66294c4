// Handlers of the pipe family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
