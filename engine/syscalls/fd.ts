// Handlers of the fd family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
