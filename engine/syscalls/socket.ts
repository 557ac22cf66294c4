// Handlers of the socket family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
