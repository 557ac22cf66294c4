// Handlers of the stat family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
