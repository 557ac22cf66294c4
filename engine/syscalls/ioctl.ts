// Handlers of the ioctl family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
