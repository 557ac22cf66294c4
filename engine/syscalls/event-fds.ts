// Handlers of the descriptors that stand for events: epoll, eventfd, timerfd, signalfd, inotify, memfd, pidfd.
import type { Handlers } from './call.ts';

export const eventHandlers: Handlers = {};
