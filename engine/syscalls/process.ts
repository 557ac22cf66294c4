// Handlers of the process family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
