// Handlers of the time family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
