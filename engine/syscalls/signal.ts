// Handlers of the signal family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
