// How many bytes an ioctl(2) request reads from and writes to its argument; requests not listed take a plain number or nothing.
import * as I from './ioctls.ts';

export const IOCTL_IN: Readonly<Record<number, number>> = {
  [I.TCSETS]: 36, [I.TCSETSW]: 36, [I.TCSETSF]: 36, [I.TCSETA]: 18, [I.TCSETAW]: 18, [I.TCSETAF]: 18, [I.TCSETS2]: 44, [I.TCSETSW2]: 44, [I.TCSETSF2]: 44,
  [I.TIOCSPGRP]: 4, [I.TIOCSWINSZ]: 8, [I.TIOCSPTLCK]: 4, [I.TIOCPKT]: 4, [I.FIONBIO]: 4, [I.FIOASYNC]: 4, [I.FIOSETOWN]: 4, [I.SIOCSPGRP]: 4, [I.TIOCSTI]: 1,
  [I.FICLONERANGE]: 32, [I.FS_IOC_SETFLAGS]: 4, [I.TIOCSETD]: 4,
};
export const IOCTL_OUT: Readonly<Record<number, number>> = {
  [I.TCGETS]: 36, [I.TCGETA]: 18, [I.TCGETS2]: 44, [I.TIOCGPGRP]: 4, [I.TIOCGSID]: 4, [I.TIOCGWINSZ]: 8, [I.TIOCOUTQ]: 4, [I.FIONREAD]: 4, [I.TIOCGPTN]: 4,
  [I.TIOCGPTLCK]: 4, [I.TIOCGPKT]: 4, [I.TIOCGEXCL]: 4, [I.TIOCGETD]: 4, [I.FIOGETOWN]: 4, [I.SIOCGPGRP]: 4, [I.FIOQSIZE]: 8, [I.FIGETBSZ]: 4, [I.FS_IOC_GETFLAGS]: 4,
};
