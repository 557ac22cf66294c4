// Readiness: POLL*, EPOLL*, eventfd, timerfd, signalfd flags.
// Values from the Linux 6.1 UAPI headers of Debian 12 (x86-64); order within a table is the order strace prints flags in.
import type { Names } from './names.ts';

/** poll(2). */
export const POLLIN = 1;
export const POLLPRI = 2;
export const POLLOUT = 4;
export const POLLRDNORM = 0x40;
export const POLLWRNORM = 0x100;
export const POLLRDBAND = 0x80;
export const POLLWRBAND = 0x200;
export const POLLERR = 8;
export const POLLHUP = 0x10;
export const POLLNVAL = 0x20;
export const POLLREMOVE = 0x1000;
export const POLLMSG = 0x400;
export const POLLRDHUP = 0x2000;
export const POLL_NAMES: Names = [
  [POLLIN, 'POLLIN'], [POLLPRI, 'POLLPRI'], [POLLOUT, 'POLLOUT'], [POLLRDNORM, 'POLLRDNORM'], [POLLWRNORM, 'POLLWRNORM'], [POLLRDBAND, 'POLLRDBAND'],
  [POLLWRBAND, 'POLLWRBAND'], [POLLERR, 'POLLERR'], [POLLHUP, 'POLLHUP'], [POLLNVAL, 'POLLNVAL'], [POLLREMOVE, 'POLLREMOVE'], [POLLMSG, 'POLLMSG'],
  [POLLRDHUP, 'POLLRDHUP'],
];

/** epoll(7). */
export const EPOLLIN = 1;
export const EPOLLPRI = 2;
export const EPOLLOUT = 4;
export const EPOLLRDNORM = 0x40;
export const EPOLLRDBAND = 0x80;
export const EPOLLWRNORM = 0x100;
export const EPOLLWRBAND = 0x200;
export const EPOLLMSG = 0x400;
export const EPOLLERR = 8;
export const EPOLLHUP = 0x10;
export const EPOLLRDHUP = 0x2000;
export const EPOLLEXCLUSIVE = 0x10000000;
export const EPOLLWAKEUP = 0x20000000;
export const EPOLLONESHOT = 0x40000000;
export const EPOLLET = 0x80000000;
export const EPOLL_NAMES: Names = [
  [EPOLLIN, 'EPOLLIN'], [EPOLLPRI, 'EPOLLPRI'], [EPOLLOUT, 'EPOLLOUT'], [EPOLLRDNORM, 'EPOLLRDNORM'], [EPOLLRDBAND, 'EPOLLRDBAND'],
  [EPOLLWRNORM, 'EPOLLWRNORM'], [EPOLLWRBAND, 'EPOLLWRBAND'], [EPOLLMSG, 'EPOLLMSG'], [EPOLLERR, 'EPOLLERR'], [EPOLLHUP, 'EPOLLHUP'],
  [EPOLLRDHUP, 'EPOLLRDHUP'], [EPOLLEXCLUSIVE, 'EPOLLEXCLUSIVE'], [EPOLLWAKEUP, 'EPOLLWAKEUP'], [EPOLLONESHOT, 'EPOLLONESHOT'], [EPOLLET, 'EPOLLET'],
];

export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_MOD = 3;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_NAMES: Names = [
  [EPOLL_CTL_ADD, 'EPOLL_CTL_ADD'], [EPOLL_CTL_MOD, 'EPOLL_CTL_MOD'], [EPOLL_CTL_DEL, 'EPOLL_CTL_DEL'],
];

export const EPOLL_CLOEXEC = 0x80000;
export const EPOLL_CREATE_NAMES: Names = [
  [EPOLL_CLOEXEC, 'EPOLL_CLOEXEC'],
];

export const EFD_SEMAPHORE = 1;
export const EFD_CLOEXEC = 0x80000;
export const EFD_NONBLOCK = 0x800;
export const EFD_NAMES: Names = [
  [EFD_SEMAPHORE, 'EFD_SEMAPHORE'], [EFD_CLOEXEC, 'EFD_CLOEXEC'], [EFD_NONBLOCK, 'EFD_NONBLOCK'],
];

export const TFD_CLOEXEC = 0x80000;
export const TFD_NONBLOCK = 0x800;
export const TFD_NAMES: Names = [
  [TFD_CLOEXEC, 'TFD_CLOEXEC'], [TFD_NONBLOCK, 'TFD_NONBLOCK'],
];

export const TFD_TIMER_ABSTIME = 1;
export const TFD_TIMER_CANCEL_ON_SET = 2;
export const TFD_TIMER_NAMES: Names = [
  [TFD_TIMER_ABSTIME, 'TFD_TIMER_ABSTIME'], [TFD_TIMER_CANCEL_ON_SET, 'TFD_TIMER_CANCEL_ON_SET'],
];

export const SFD_CLOEXEC = 0x80000;
export const SFD_NONBLOCK = 0x800;
export const SFD_NAMES: Names = [
  [SFD_CLOEXEC, 'SFD_CLOEXEC'], [SFD_NONBLOCK, 'SFD_NONBLOCK'],
];
