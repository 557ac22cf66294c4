// ioctl(2) request codes and terminal constants.
// Values from the Linux 6.1 UAPI headers of Debian 12 (x86-64); order within a table is the order strace prints flags in.
import type { Names } from './names.ts';

/** Request codes; where strace knows two names for one code, the alias table in decode/ioctl.ts says so. */
export const TCGETS = 0x5401;
export const TCSETS = 0x5402;
export const TCSETSW = 0x5403;
export const TCSETSF = 0x5404;
export const TCGETA = 0x5405;
export const TCSETA = 0x5406;
export const TCSETAW = 0x5407;
export const TCSETAF = 0x5408;
export const TCSBRK = 0x5409;
export const TCXONC = 0x540a;
export const TCFLSH = 0x540b;
export const TIOCEXCL = 0x540c;
export const TIOCNXCL = 0x540d;
export const TIOCSCTTY = 0x540e;
export const TIOCGPGRP = 0x540f;
export const TIOCSPGRP = 0x5410;
export const TIOCOUTQ = 0x5411;
export const TIOCSTI = 0x5412;
export const TIOCGWINSZ = 0x5413;
export const TIOCSWINSZ = 0x5414;
export const TIOCMGET = 0x5415;
export const TIOCMBIS = 0x5416;
export const TIOCMBIC = 0x5417;
export const TIOCMSET = 0x5418;
export const TIOCGSOFTCAR = 0x5419;
export const TIOCSSOFTCAR = 0x541a;
export const FIONREAD = 0x541b;
export const TIOCLINUX = 0x541c;
export const TIOCCONS = 0x541d;
export const TIOCGSERIAL = 0x541e;
export const TIOCSSERIAL = 0x541f;
export const TIOCPKT = 0x5420;
export const FIONBIO = 0x5421;
export const TIOCNOTTY = 0x5422;
export const TIOCSETD = 0x5423;
export const TIOCGETD = 0x5424;
export const TCSBRKP = 0x5425;
export const TIOCSBRK = 0x5427;
export const TIOCCBRK = 0x5428;
export const TIOCGSID = 0x5429;
export const TCGETS2 = 0x802c542a;
export const TCSETS2 = 0x402c542b;
export const TCSETSW2 = 0x402c542c;
export const TCSETSF2 = 0x402c542d;
export const TIOCGPTN = 0x80045430;
export const TIOCSPTLCK = 0x40045431;
export const TIOCGDEV = 0x80045432;
export const TCGETX = 0x5432;
export const TCSETX = 0x5433;
export const TCSETXF = 0x5434;
export const TCSETXW = 0x5435;
export const TIOCSIG = 0x40045436;
export const TIOCVHANGUP = 0x5437;
export const TIOCGPKT = 0x80045438;
export const TIOCGPTLCK = 0x80045439;
export const TIOCGEXCL = 0x80045440;
export const TIOCGPTPEER = 0x5441;
export const FIONCLEX = 0x5450;
export const FIOCLEX = 0x5451;
export const FIOASYNC = 0x5452;
export const TIOCGLCKTRMIOS = 0x5456;
export const TIOCSLCKTRMIOS = 0x5457;
export const TIOCMIWAIT = 0x545c;
export const TIOCGICOUNT = 0x545d;
export const FIOQSIZE = 0x5460;
export const FIBMAP = 1;
export const FIGETBSZ = 2;
export const FIFREEZE = 0xc0045877;
export const FITHAW = 0xc0045878;
export const FITRIM = 0xc0185879;
export const FICLONE = 0x40049409;
export const FICLONERANGE = 0x4020940d;
export const FIDEDUPERANGE = 0xc0189436;
export const FS_IOC_GETFLAGS = 0x80086601;
export const FS_IOC_SETFLAGS = 0x40086602;
export const FS_IOC_GETVERSION = 0x80087601;
export const FS_IOC_SETVERSION = 0x40087602;
export const FS_IOC_FIEMAP = 0xc020660b;
export const FS_IOC_FSGETXATTR = 0x801c581f;
export const FS_IOC_FSSETXATTR = 0x401c5820;
export const FIOSETOWN = 0x8901;
export const FIOGETOWN = 0x8903;
export const SIOCSPGRP = 0x8902;
export const SIOCGPGRP = 0x8904;
export const SIOCATMARK = 0x8905;
export const SIOCGIFNAME = 0x8910;
export const SIOCGIFCONF = 0x8912;
export const SIOCGIFFLAGS = 0x8913;
export const SIOCSIFFLAGS = 0x8914;
export const SIOCGIFADDR = 0x8915;
export const SIOCGIFDSTADDR = 0x8917;
export const SIOCGIFBRDADDR = 0x8919;
export const SIOCGIFNETMASK = 0x891b;
export const SIOCGIFMTU = 0x8921;
export const SIOCGIFHWADDR = 0x8927;
export const SIOCGIFINDEX = 0x8933;
export const SIOCGIFTXQLEN = 0x8942;
export const SIOCGIFMAP = 0x8970;
export const SIOCETHTOOL = 0x8946;
export const SIOCGSKNS = 0x894c;
export const BLKROGET = 0x125e;
export const BLKGETSIZE = 0x1260;
export const BLKFLSBUF = 0x1261;
export const BLKSSZGET = 0x1268;
export const BLKPBSZGET = 0x127b;
export const BLKGETSIZE64 = 0x80081272;
export const BLKDISCARDZEROES = 0x127c;
export const NS_GET_USERNS = 0xb701;
export const NS_GET_PARENT = 0xb702;
export const NS_GET_NSTYPE = 0xb703;
export const KDGETMODE = 0x4b3b;
export const KDGKBTYPE = 0x4b33;
export const KDGKBMODE = 0x4b44;
export const VT_GETSTATE = 0x5603;
export const VT_OPENQRY = 0x5600;
export const RTC_RD_TIME = 0x80247009;
export const IOCTL_NAMES: Names = [
  [TCGETS, 'TCGETS'], [TCSETS, 'TCSETS'], [TCSETSW, 'TCSETSW'], [TCSETSF, 'TCSETSF'], [TCGETA, 'TCGETA'], [TCSETA, 'TCSETA'], [TCSETAW, 'TCSETAW'],
  [TCSETAF, 'TCSETAF'], [TCSBRK, 'TCSBRK'], [TCXONC, 'TCXONC'], [TCFLSH, 'TCFLSH'], [TIOCEXCL, 'TIOCEXCL'], [TIOCNXCL, 'TIOCNXCL'],
  [TIOCSCTTY, 'TIOCSCTTY'], [TIOCGPGRP, 'TIOCGPGRP'], [TIOCSPGRP, 'TIOCSPGRP'], [TIOCOUTQ, 'TIOCOUTQ'], [TIOCSTI, 'TIOCSTI'],
  [TIOCGWINSZ, 'TIOCGWINSZ'], [TIOCSWINSZ, 'TIOCSWINSZ'], [TIOCMGET, 'TIOCMGET'], [TIOCMBIS, 'TIOCMBIS'], [TIOCMBIC, 'TIOCMBIC'],
  [TIOCMSET, 'TIOCMSET'], [TIOCGSOFTCAR, 'TIOCGSOFTCAR'], [TIOCSSOFTCAR, 'TIOCSSOFTCAR'], [FIONREAD, 'FIONREAD'], [TIOCLINUX, 'TIOCLINUX'],
  [TIOCCONS, 'TIOCCONS'], [TIOCGSERIAL, 'TIOCGSERIAL'], [TIOCSSERIAL, 'TIOCSSERIAL'], [TIOCPKT, 'TIOCPKT'], [FIONBIO, 'FIONBIO'],
  [TIOCNOTTY, 'TIOCNOTTY'], [TIOCSETD, 'TIOCSETD'], [TIOCGETD, 'TIOCGETD'], [TCSBRKP, 'TCSBRKP'], [TIOCSBRK, 'TIOCSBRK'], [TIOCCBRK, 'TIOCCBRK'],
  [TIOCGSID, 'TIOCGSID'], [TCGETS2, 'TCGETS2'], [TCSETS2, 'TCSETS2'], [TCSETSW2, 'TCSETSW2'], [TCSETSF2, 'TCSETSF2'], [TIOCGPTN, 'TIOCGPTN'],
  [TIOCSPTLCK, 'TIOCSPTLCK'], [TIOCGDEV, 'TIOCGDEV'], [TCGETX, 'TCGETX'], [TCSETX, 'TCSETX'], [TCSETXF, 'TCSETXF'], [TCSETXW, 'TCSETXW'],
  [TIOCSIG, 'TIOCSIG'], [TIOCVHANGUP, 'TIOCVHANGUP'], [TIOCGPKT, 'TIOCGPKT'], [TIOCGPTLCK, 'TIOCGPTLCK'], [TIOCGEXCL, 'TIOCGEXCL'],
  [TIOCGPTPEER, 'TIOCGPTPEER'], [FIONCLEX, 'FIONCLEX'], [FIOCLEX, 'FIOCLEX'], [FIOASYNC, 'FIOASYNC'], [TIOCGLCKTRMIOS, 'TIOCGLCKTRMIOS'],
  [TIOCSLCKTRMIOS, 'TIOCSLCKTRMIOS'], [TIOCMIWAIT, 'TIOCMIWAIT'], [TIOCGICOUNT, 'TIOCGICOUNT'], [FIOQSIZE, 'FIOQSIZE'], [FIBMAP, 'FIBMAP'],
  [FIGETBSZ, 'FIGETBSZ'], [FIFREEZE, 'FIFREEZE'], [FITHAW, 'FITHAW'], [FITRIM, 'FITRIM'], [FICLONE, 'FICLONE'], [FICLONERANGE, 'FICLONERANGE'],
  [FIDEDUPERANGE, 'FIDEDUPERANGE'], [FS_IOC_GETFLAGS, 'FS_IOC_GETFLAGS'], [FS_IOC_SETFLAGS, 'FS_IOC_SETFLAGS'],
  [FS_IOC_GETVERSION, 'FS_IOC_GETVERSION'], [FS_IOC_SETVERSION, 'FS_IOC_SETVERSION'], [FS_IOC_FIEMAP, 'FS_IOC_FIEMAP'],
  [FS_IOC_FSGETXATTR, 'FS_IOC_FSGETXATTR'], [FS_IOC_FSSETXATTR, 'FS_IOC_FSSETXATTR'], [FIOSETOWN, 'FIOSETOWN'], [FIOGETOWN, 'FIOGETOWN'],
  [SIOCSPGRP, 'SIOCSPGRP'], [SIOCGPGRP, 'SIOCGPGRP'], [SIOCATMARK, 'SIOCATMARK'], [SIOCGIFNAME, 'SIOCGIFNAME'], [SIOCGIFCONF, 'SIOCGIFCONF'],
  [SIOCGIFFLAGS, 'SIOCGIFFLAGS'], [SIOCSIFFLAGS, 'SIOCSIFFLAGS'], [SIOCGIFADDR, 'SIOCGIFADDR'], [SIOCGIFDSTADDR, 'SIOCGIFDSTADDR'],
  [SIOCGIFBRDADDR, 'SIOCGIFBRDADDR'], [SIOCGIFNETMASK, 'SIOCGIFNETMASK'], [SIOCGIFMTU, 'SIOCGIFMTU'], [SIOCGIFHWADDR, 'SIOCGIFHWADDR'],
  [SIOCGIFINDEX, 'SIOCGIFINDEX'], [SIOCGIFTXQLEN, 'SIOCGIFTXQLEN'], [SIOCGIFMAP, 'SIOCGIFMAP'], [SIOCETHTOOL, 'SIOCETHTOOL'],
  [SIOCGSKNS, 'SIOCGSKNS'], [BLKROGET, 'BLKROGET'], [BLKGETSIZE, 'BLKGETSIZE'], [BLKFLSBUF, 'BLKFLSBUF'], [BLKSSZGET, 'BLKSSZGET'],
  [BLKPBSZGET, 'BLKPBSZGET'], [BLKGETSIZE64, 'BLKGETSIZE64'], [BLKDISCARDZEROES, 'BLKDISCARDZEROES'], [NS_GET_USERNS, 'NS_GET_USERNS'],
  [NS_GET_PARENT, 'NS_GET_PARENT'], [NS_GET_NSTYPE, 'NS_GET_NSTYPE'], [KDGETMODE, 'KDGETMODE'], [KDGKBTYPE, 'KDGKBTYPE'], [KDGKBMODE, 'KDGKBMODE'],
  [VT_GETSTATE, 'VT_GETSTATE'], [VT_OPENQRY, 'VT_OPENQRY'], [RTC_RD_TIME, 'RTC_RD_TIME'],
];

/** termios c_iflag. */
export const IGNBRK = 1;
export const BRKINT = 2;
export const IGNPAR = 4;
export const PARMRK = 8;
export const INPCK = 0x10;
export const ISTRIP = 0x20;
export const INLCR = 0x40;
export const IGNCR = 0x80;
export const ICRNL = 0x100;
export const IUCLC = 0x200;
export const IXON = 0x400;
export const IXANY = 0x800;
export const IXOFF = 0x1000;
export const IMAXBEL = 0x2000;
export const IUTF8 = 0x4000;
export const C_IFLAG_NAMES: Names = [
  [IGNBRK, 'IGNBRK'], [BRKINT, 'BRKINT'], [IGNPAR, 'IGNPAR'], [PARMRK, 'PARMRK'], [INPCK, 'INPCK'], [ISTRIP, 'ISTRIP'], [INLCR, 'INLCR'],
  [IGNCR, 'IGNCR'], [ICRNL, 'ICRNL'], [IUCLC, 'IUCLC'], [IXON, 'IXON'], [IXANY, 'IXANY'], [IXOFF, 'IXOFF'], [IMAXBEL, 'IMAXBEL'], [IUTF8, 'IUTF8'],
];

/** c_oflag. */
export const OPOST = 1;
export const OLCUC = 2;
export const ONLCR = 4;
export const OCRNL = 8;
export const ONOCR = 0x10;
export const ONLRET = 0x20;
export const OFILL = 0x40;
export const OFDEL = 0x80;
export const C_OFLAG_NAMES: Names = [
  [OPOST, 'OPOST'], [OLCUC, 'OLCUC'], [ONLCR, 'ONLCR'], [OCRNL, 'OCRNL'], [ONOCR, 'ONOCR'], [ONLRET, 'ONLRET'], [OFILL, 'OFILL'], [OFDEL, 'OFDEL'],
];

export const NLDLY = 0x100;
export const NL0 = 0;
export const NL1 = 0x100;
export const CRDLY = 0x600;
export const CR0 = 0;
export const CR1 = 0x200;
export const CR2 = 0x400;
export const CR3 = 0x600;
export const TABDLY = 0x1800;
export const TAB0 = 0;
export const TAB1 = 0x800;
export const TAB2 = 0x1000;
export const TAB3 = 0x1800;
export const BSDLY = 0x2000;
export const BS0 = 0;
export const BS1 = 0x2000;
export const VTDLY = 0x4000;
export const VT0 = 0;
export const VT1 = 0x4000;
export const FFDLY = 0x8000;
export const FF0 = 0;
export const FF1 = 0x8000;

/** c_cflag & CBAUD. */
export const B0 = 0;
export const B50 = 1;
export const B75 = 2;
export const B110 = 3;
export const B134 = 4;
export const B150 = 5;
export const B200 = 6;
export const B300 = 7;
export const B600 = 8;
export const B1200 = 9;
export const B1800 = 0xa;
export const B2400 = 0xb;
export const B4800 = 0xc;
export const B9600 = 0xd;
export const B19200 = 0xe;
export const B38400 = 0xf;
export const B57600 = 0x1001;
export const B115200 = 0x1002;
export const B230400 = 0x1003;
export const B460800 = 0x1004;
export const B500000 = 0x1005;
export const B576000 = 0x1006;
export const B921600 = 0x1007;
export const B1000000 = 0x1008;
export const B1152000 = 0x1009;
export const B1500000 = 0x100a;
export const B2000000 = 0x100b;
export const B2500000 = 0x100c;
export const B3000000 = 0x100d;
export const B3500000 = 0x100e;
export const B4000000 = 0x100f;
export const BAUD_NAMES: Names = [
  [B0, 'B0'], [B50, 'B50'], [B75, 'B75'], [B110, 'B110'], [B134, 'B134'], [B150, 'B150'], [B200, 'B200'], [B300, 'B300'], [B600, 'B600'],
  [B1200, 'B1200'], [B1800, 'B1800'], [B2400, 'B2400'], [B4800, 'B4800'], [B9600, 'B9600'], [B19200, 'B19200'], [B38400, 'B38400'],
  [B57600, 'B57600'], [B115200, 'B115200'], [B230400, 'B230400'], [B460800, 'B460800'], [B500000, 'B500000'], [B576000, 'B576000'],
  [B921600, 'B921600'], [B1000000, 'B1000000'], [B1152000, 'B1152000'], [B1500000, 'B1500000'], [B2000000, 'B2000000'], [B2500000, 'B2500000'],
  [B3000000, 'B3000000'], [B3500000, 'B3500000'], [B4000000, 'B4000000'],
];

export const CBAUD = 0x100f;
export const CBAUDEX = 0x1000;
export const CSIZE = 0x30;

export const CS5 = 0;
export const CS6 = 0x10;
export const CS7 = 0x20;
export const CS8 = 0x30;
export const CSIZE_NAMES: Names = [
  [CS5, 'CS5'], [CS6, 'CS6'], [CS7, 'CS7'], [CS8, 'CS8'],
];

/** c_cflag. */
export const CSTOPB = 0x40;
export const CREAD = 0x80;
export const PARENB = 0x100;
export const PARODD = 0x200;
export const HUPCL = 0x400;
export const CLOCAL = 0x800;
export const CMSPAR = 0x40000000;
export const CRTSCTS = 0x80000000;
export const C_CFLAG_NAMES: Names = [
  [CSTOPB, 'CSTOPB'], [CREAD, 'CREAD'], [PARENB, 'PARENB'], [PARODD, 'PARODD'], [HUPCL, 'HUPCL'], [CLOCAL, 'CLOCAL'], [CMSPAR, 'CMSPAR'],
  [CRTSCTS, 'CRTSCTS'],
];

/** c_lflag. */
export const ISIG = 1;
export const ICANON = 2;
export const XCASE = 4;
export const ECHO = 8;
export const ECHOE = 0x10;
export const ECHOK = 0x20;
export const ECHONL = 0x40;
export const NOFLSH = 0x80;
export const TOSTOP = 0x100;
export const ECHOCTL = 0x200;
export const ECHOPRT = 0x400;
export const ECHOKE = 0x800;
export const FLUSHO = 0x1000;
export const PENDIN = 0x4000;
export const IEXTEN = 0x8000;
export const EXTPROC = 0x10000;
export const C_LFLAG_NAMES: Names = [
  [ISIG, 'ISIG'], [ICANON, 'ICANON'], [XCASE, 'XCASE'], [ECHO, 'ECHO'], [ECHOE, 'ECHOE'], [ECHOK, 'ECHOK'], [ECHONL, 'ECHONL'], [NOFLSH, 'NOFLSH'],
  [TOSTOP, 'TOSTOP'], [ECHOCTL, 'ECHOCTL'], [ECHOPRT, 'ECHOPRT'], [ECHOKE, 'ECHOKE'], [FLUSHO, 'FLUSHO'], [PENDIN, 'PENDIN'], [IEXTEN, 'IEXTEN'],
  [EXTPROC, 'EXTPROC'],
];

/** c_cc indexes. */
export const VINTR = 0;
export const VQUIT = 1;
export const VERASE = 2;
export const VKILL = 3;
export const VEOF = 4;
export const VTIME = 5;
export const VMIN = 6;
export const VSWTC = 7;
export const VSTART = 8;
export const VSTOP = 9;
export const VSUSP = 0xa;
export const VEOL = 0xb;
export const VREPRINT = 0xc;
export const VDISCARD = 0xd;
export const VWERASE = 0xe;
export const VLNEXT = 0xf;
export const VEOL2 = 0x10;
export const C_CC_NAMES: Names = [
  [VINTR, 'VINTR'], [VQUIT, 'VQUIT'], [VERASE, 'VERASE'], [VKILL, 'VKILL'], [VEOF, 'VEOF'], [VTIME, 'VTIME'], [VMIN, 'VMIN'], [VSWTC, 'VSWTC'],
  [VSTART, 'VSTART'], [VSTOP, 'VSTOP'], [VSUSP, 'VSUSP'], [VEOL, 'VEOL'], [VREPRINT, 'VREPRINT'], [VDISCARD, 'VDISCARD'], [VWERASE, 'VWERASE'],
  [VLNEXT, 'VLNEXT'], [VEOL2, 'VEOL2'],
];

export const TCIFLUSH = 0;
export const TCOFLUSH = 1;
export const TCIOFLUSH = 2;
export const TCFLSH_NAMES: Names = [
  [TCIFLUSH, 'TCIFLUSH'], [TCOFLUSH, 'TCOFLUSH'], [TCIOFLUSH, 'TCIOFLUSH'],
];

export const TCOOFF = 0;
export const TCOON = 1;
export const TCIOFF = 2;
export const TCION = 3;
export const TCXONC_NAMES: Names = [
  [TCOOFF, 'TCOOFF'], [TCOON, 'TCOON'], [TCIOFF, 'TCIOFF'], [TCION, 'TCION'],
];
