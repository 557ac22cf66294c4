// Handlers of the tty family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
