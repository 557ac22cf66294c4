// Handlers of the poll family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
