// Handlers of the fs family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
