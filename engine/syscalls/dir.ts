// Handlers of the dir family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
