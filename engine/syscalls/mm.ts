// Handlers of the mm family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
