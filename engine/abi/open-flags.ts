// Files: O_*, AT_*, S_*, F_*, SEEK_*, DT_*, LOCK_*, FALLOC_*, RENAME_*, STATX_*, RESOLVE_*, inotify, mount flags.
// Values from the Linux 6.1 UAPI headers of Debian 12 (x86-64); order within a table is the order strace prints flags in.
import type { Names } from './names.ts';

/** Access modes (open(2)). */
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const ACCESS_MODE_NAMES: Names = [
  [O_RDONLY, 'O_RDONLY'], [O_WRONLY, 'O_WRONLY'], [O_RDWR, 'O_RDWR'],
];

export const O_ACCMODE = 3;
export const O_LARGEFILE = 0x8000;

/** Status and creation flags, without the access mode. FASYNC is O_ASYNC. */
export const O_CREAT = 0x40;
export const O_EXCL = 0x80;
export const O_NOCTTY = 0x100;
export const O_TRUNC = 0x200;
export const O_APPEND = 0x400;
export const O_NONBLOCK = 0x800;
export const O_SYNC = 0x101000;
export const O_DSYNC = 0x1000;
export const FASYNC = 0x2000;
export const O_DIRECT = 0x4000;
export const O_NOFOLLOW = 0x20000;
export const O_NOATIME = 0x40000;
export const O_CLOEXEC = 0x80000;
export const O_PATH = 0x200000;
export const __O_TMPFILE = 0x400000;
export const O_DIRECTORY = 0x10000;
export const OPEN_FLAG_NAMES: Names = [
  [O_CREAT, 'O_CREAT'], [O_EXCL, 'O_EXCL'], [O_NOCTTY, 'O_NOCTTY'], [O_TRUNC, 'O_TRUNC'], [O_APPEND, 'O_APPEND'], [O_NONBLOCK, 'O_NONBLOCK'],
  [O_SYNC, 'O_SYNC'], [0x100000, '__O_SYNC'], [O_DSYNC, 'O_DSYNC'], [O_DIRECT, 'O_DIRECT'], [O_LARGEFILE, 'O_LARGEFILE'], [O_NOFOLLOW, 'O_NOFOLLOW'], [O_NOATIME, 'O_NOATIME'],
  [O_CLOEXEC, 'O_CLOEXEC'], [O_PATH, 'O_PATH'], [0x410000, 'O_TMPFILE'], [__O_TMPFILE, '__O_TMPFILE'], [O_DIRECTORY, 'O_DIRECTORY'], [FASYNC, 'FASYNC'],
];

export const O_ASYNC = 0x2000;
export const O_TMPFILE = 0x410000;
export const AT_FDCWD = -100;

/** AT_* flags. */
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_REMOVEDIR = 0x200;
export const AT_SYMLINK_FOLLOW = 0x400;
export const AT_NO_AUTOMOUNT = 0x800;
export const AT_EMPTY_PATH = 0x1000;
export const AT_RECURSIVE = 0x8000;
export const AT_FLAG_NAMES: Names = [
  [AT_SYMLINK_NOFOLLOW, 'AT_SYMLINK_NOFOLLOW'], [AT_REMOVEDIR, 'AT_REMOVEDIR'], [AT_SYMLINK_FOLLOW, 'AT_SYMLINK_FOLLOW'],
  [AT_NO_AUTOMOUNT, 'AT_NO_AUTOMOUNT'], [AT_EMPTY_PATH, 'AT_EMPTY_PATH'], [AT_RECURSIVE, 'AT_RECURSIVE'],
];

export const AT_EACCESS = 0x200;
export const AT_STATX_SYNC_TYPE = 0x6000;
export const AT_STATX_FORCE_SYNC = 0x2000;
export const AT_STATX_DONT_SYNC = 0x4000;
export const AT_STATX_SYNC_AS_STAT = 0;

/** access(2). */
export const F_OK = 0;
export const R_OK = 4;
export const W_OK = 2;
export const X_OK = 1;
export const ACCESS_NAMES: Names = [
  [F_OK, 'F_OK'], [R_OK, 'R_OK'], [W_OK, 'W_OK'], [X_OK, 'X_OK'],
];

export const SEEK_SET = 0;
export const SEEK_CUR = 1;
export const SEEK_END = 2;
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;
export const SEEK_NAMES: Names = [
  [SEEK_SET, 'SEEK_SET'], [SEEK_CUR, 'SEEK_CUR'], [SEEK_END, 'SEEK_END'], [SEEK_DATA, 'SEEK_DATA'], [SEEK_HOLE, 'SEEK_HOLE'],
];

/** st_mode & S_IFMT. */
export const S_IFREG = 0x8000;
export const S_IFSOCK = 0xc000;
export const S_IFIFO = 0x1000;
export const S_IFLNK = 0xa000;
export const S_IFDIR = 0x4000;
export const S_IFBLK = 0x6000;
export const S_IFCHR = 0x2000;
export const FILE_TYPE_NAMES: Names = [
  [S_IFREG, 'S_IFREG'], [S_IFSOCK, 'S_IFSOCK'], [S_IFIFO, 'S_IFIFO'], [S_IFLNK, 'S_IFLNK'], [S_IFDIR, 'S_IFDIR'], [S_IFBLK, 'S_IFBLK'],
  [S_IFCHR, 'S_IFCHR'],
];

export const S_IFMT = 0xf000;
export const S_ISUID = 0x800;
export const S_ISGID = 0x400;
export const S_ISVTX = 0x200;
export const S_IRWXU = 0x1c0;
export const S_IRUSR = 0x100;
export const S_IWUSR = 0x80;
export const S_IXUSR = 0x40;
export const S_IRWXG = 0x38;
export const S_IRGRP = 0x20;
export const S_IWGRP = 0x10;
export const S_IXGRP = 8;
export const S_IRWXO = 7;
export const S_IROTH = 4;
export const S_IWOTH = 2;
export const S_IXOTH = 1;

export const DT_UNKNOWN = 0;
export const DT_FIFO = 1;
export const DT_CHR = 2;
export const DT_DIR = 4;
export const DT_BLK = 6;
export const DT_REG = 8;
export const DT_LNK = 0xa;
export const DT_SOCK = 0xc;
export const DT_WHT = 0xe;
export const DT_NAMES: Names = [
  [DT_UNKNOWN, 'DT_UNKNOWN'], [DT_FIFO, 'DT_FIFO'], [DT_CHR, 'DT_CHR'], [DT_DIR, 'DT_DIR'], [DT_BLK, 'DT_BLK'], [DT_REG, 'DT_REG'],
  [DT_LNK, 'DT_LNK'], [DT_SOCK, 'DT_SOCK'], [DT_WHT, 'DT_WHT'],
];

/** fcntl(2) commands. */
export const F_DUPFD = 0;
export const F_GETFD = 1;
export const F_SETFD = 2;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_GETLK = 5;
export const F_SETLK = 6;
export const F_SETLKW = 7;
export const F_SETOWN = 8;
export const F_GETOWN = 9;
export const F_SETSIG = 0xa;
export const F_GETSIG = 0xb;
/** Of i386's fcntl64 alone, as the two behind it. */
export const F_GETLK64 = 0xc;
export const F_SETLK64 = 0xd;
export const F_SETLKW64 = 0xe;
export const F_SETOWN_EX = 0xf;
export const F_GETOWN_EX = 0x10;
export const F_GETOWNER_UIDS = 0x11;
export const F_OFD_GETLK = 0x24;
export const F_OFD_SETLK = 0x25;
export const F_OFD_SETLKW = 0x26;
export const F_SETLEASE = 0x400;
export const F_GETLEASE = 0x401;
export const F_NOTIFY = 0x402;
export const F_CANCELLK = 0x405;
export const F_DUPFD_CLOEXEC = 0x406;
export const F_SETPIPE_SZ = 0x407;
export const F_GETPIPE_SZ = 0x408;
export const F_ADD_SEALS = 0x409;
export const F_GET_SEALS = 0x40a;
export const F_GET_RW_HINT = 0x40b;
export const F_SET_RW_HINT = 0x40c;
export const F_GET_FILE_RW_HINT = 0x40d;
export const F_SET_FILE_RW_HINT = 0x40e;
export const FCNTL_NAMES: Names = [
  [F_DUPFD, 'F_DUPFD'], [F_GETFD, 'F_GETFD'], [F_SETFD, 'F_SETFD'], [F_GETFL, 'F_GETFL'], [F_SETFL, 'F_SETFL'], [F_GETLK, 'F_GETLK'],
  [F_SETLK, 'F_SETLK'], [F_SETLKW, 'F_SETLKW'], [F_GETLK64, 'F_GETLK64'], [F_SETLK64, 'F_SETLK64'], [F_SETLKW64, 'F_SETLKW64'], [F_SETOWN, 'F_SETOWN'], [F_GETOWN, 'F_GETOWN'], [F_SETSIG, 'F_SETSIG'], [F_GETSIG, 'F_GETSIG'],
  [F_SETOWN_EX, 'F_SETOWN_EX'], [F_GETOWN_EX, 'F_GETOWN_EX'], [F_GETOWNER_UIDS, 'F_GETOWNER_UIDS'], [F_OFD_GETLK, 'F_OFD_GETLK'],
  [F_OFD_SETLK, 'F_OFD_SETLK'], [F_OFD_SETLKW, 'F_OFD_SETLKW'], [F_SETLEASE, 'F_SETLEASE'], [F_GETLEASE, 'F_GETLEASE'], [F_NOTIFY, 'F_NOTIFY'],
  [F_CANCELLK, 'F_CANCELLK'], [F_DUPFD_CLOEXEC, 'F_DUPFD_CLOEXEC'], [F_SETPIPE_SZ, 'F_SETPIPE_SZ'], [F_GETPIPE_SZ, 'F_GETPIPE_SZ'],
  [F_ADD_SEALS, 'F_ADD_SEALS'], [F_GET_SEALS, 'F_GET_SEALS'], [F_GET_RW_HINT, 'F_GET_RW_HINT'], [F_SET_RW_HINT, 'F_SET_RW_HINT'],
  [F_GET_FILE_RW_HINT, 'F_GET_FILE_RW_HINT'], [F_SET_FILE_RW_HINT, 'F_SET_FILE_RW_HINT'],
];

export const FD_CLOEXEC = 1;
export const FD_FLAG_NAMES: Names = [
  [FD_CLOEXEC, 'FD_CLOEXEC'],
];

/** struct flock l_type. */
export const F_RDLCK = 0;
export const F_WRLCK = 1;
export const F_UNLCK = 2;
export const F_EXLCK = 4;
export const F_SHLCK = 8;
export const LOCK_TYPE_NAMES: Names = [
  [F_RDLCK, 'F_RDLCK'], [F_WRLCK, 'F_WRLCK'], [F_UNLCK, 'F_UNLCK'], [F_EXLCK, 'F_EXLCK'], [F_SHLCK, 'F_SHLCK'],
];

export const F_OWNER_TID = 0;
export const F_OWNER_PID = 1;
export const F_OWNER_PGRP = 2;
export const OWNER_TYPE_NAMES: Names = [
  [F_OWNER_TID, 'F_OWNER_TID'], [F_OWNER_PID, 'F_OWNER_PID'], [F_OWNER_PGRP, 'F_OWNER_PGRP'],
];

export const F_SEAL_SEAL = 1;
export const F_SEAL_SHRINK = 2;
export const F_SEAL_GROW = 4;
export const F_SEAL_WRITE = 8;
export const F_SEAL_FUTURE_WRITE = 0x10;
export const SEAL_NAMES: Names = [
  [F_SEAL_SEAL, 'F_SEAL_SEAL'], [F_SEAL_SHRINK, 'F_SEAL_SHRINK'], [F_SEAL_GROW, 'F_SEAL_GROW'], [F_SEAL_WRITE, 'F_SEAL_WRITE'],
  [F_SEAL_FUTURE_WRITE, 'F_SEAL_FUTURE_WRITE'],
];

export const DN_ACCESS = 1;
export const DN_MODIFY = 2;
export const DN_CREATE = 4;
export const DN_DELETE = 8;
export const DN_RENAME = 0x10;
export const DN_ATTRIB = 0x20;
export const DNOTIFY_NAMES: Names = [
  [DN_ACCESS, 'DN_ACCESS'], [DN_MODIFY, 'DN_MODIFY'], [DN_CREATE, 'DN_CREATE'], [DN_DELETE, 'DN_DELETE'], [DN_RENAME, 'DN_RENAME'],
  [DN_ATTRIB, 'DN_ATTRIB'],
];

export const DN_MULTISHOT = 0x80000000;

/** flock(2). */
export const LOCK_MAND = 0x20;
export const LOCK_RW = 0xc0;
export const LOCK_READ = 0x40;
export const LOCK_WRITE = 0x80;
export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_UN = 8;
export const LOCK_NB = 4;
export const FLOCK_NAMES: Names = [
  [LOCK_MAND, 'LOCK_MAND'], [LOCK_RW, 'LOCK_RW'], [LOCK_READ, 'LOCK_READ'], [LOCK_WRITE, 'LOCK_WRITE'], [LOCK_SH, 'LOCK_SH'], [LOCK_EX, 'LOCK_EX'],
  [LOCK_UN, 'LOCK_UN'], [LOCK_NB, 'LOCK_NB'],
];

export const FALLOC_FL_KEEP_SIZE = 1;
export const FALLOC_FL_PUNCH_HOLE = 2;
export const FALLOC_FL_NO_HIDE_STALE = 4;
export const FALLOC_FL_COLLAPSE_RANGE = 8;
export const FALLOC_FL_ZERO_RANGE = 0x10;
export const FALLOC_FL_INSERT_RANGE = 0x20;
export const FALLOC_FL_UNSHARE_RANGE = 0x40;
export const FALLOC_NAMES: Names = [
  [FALLOC_FL_KEEP_SIZE, 'FALLOC_FL_KEEP_SIZE'], [FALLOC_FL_PUNCH_HOLE, 'FALLOC_FL_PUNCH_HOLE'], [FALLOC_FL_NO_HIDE_STALE, 'FALLOC_FL_NO_HIDE_STALE'],
  [FALLOC_FL_COLLAPSE_RANGE, 'FALLOC_FL_COLLAPSE_RANGE'], [FALLOC_FL_ZERO_RANGE, 'FALLOC_FL_ZERO_RANGE'],
  [FALLOC_FL_INSERT_RANGE, 'FALLOC_FL_INSERT_RANGE'], [FALLOC_FL_UNSHARE_RANGE, 'FALLOC_FL_UNSHARE_RANGE'],
];

export const POSIX_FADV_NORMAL = 0;
export const POSIX_FADV_RANDOM = 1;
export const POSIX_FADV_SEQUENTIAL = 2;
export const POSIX_FADV_WILLNEED = 3;
export const POSIX_FADV_DONTNEED = 4;
export const POSIX_FADV_NOREUSE = 5;
export const FADVISE_NAMES: Names = [
  [POSIX_FADV_NORMAL, 'POSIX_FADV_NORMAL'], [POSIX_FADV_RANDOM, 'POSIX_FADV_RANDOM'], [POSIX_FADV_SEQUENTIAL, 'POSIX_FADV_SEQUENTIAL'],
  [POSIX_FADV_WILLNEED, 'POSIX_FADV_WILLNEED'], [POSIX_FADV_DONTNEED, 'POSIX_FADV_DONTNEED'], [POSIX_FADV_NOREUSE, 'POSIX_FADV_NOREUSE'],
];

export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;
export const RENAME_WHITEOUT = 4;
export const RENAME_NAMES: Names = [
  [RENAME_NOREPLACE, 'RENAME_NOREPLACE'], [RENAME_EXCHANGE, 'RENAME_EXCHANGE'], [RENAME_WHITEOUT, 'RENAME_WHITEOUT'],
];

export const STATX_TYPE = 1;
export const STATX_MODE = 2;
export const STATX_NLINK = 4;
export const STATX_UID = 8;
export const STATX_GID = 0x10;
export const STATX_ATIME = 0x20;
export const STATX_MTIME = 0x40;
export const STATX_CTIME = 0x80;
export const STATX_INO = 0x100;
export const STATX_SIZE = 0x200;
export const STATX_BLOCKS = 0x400;
export const STATX_BTIME = 0x800;
export const STATX_MNT_ID = 0x1000;
export const STATX_DIOALIGN = 0x2000;
export const STATX_MASK_NAMES: Names = [
  [STATX_TYPE, 'STATX_TYPE'], [STATX_MODE, 'STATX_MODE'], [STATX_NLINK, 'STATX_NLINK'], [STATX_UID, 'STATX_UID'], [STATX_GID, 'STATX_GID'],
  [STATX_ATIME, 'STATX_ATIME'], [STATX_MTIME, 'STATX_MTIME'], [STATX_CTIME, 'STATX_CTIME'], [STATX_INO, 'STATX_INO'], [STATX_SIZE, 'STATX_SIZE'],
  [STATX_BLOCKS, 'STATX_BLOCKS'], [STATX_BTIME, 'STATX_BTIME'], [STATX_MNT_ID, 'STATX_MNT_ID'], [STATX_DIOALIGN, 'STATX_DIOALIGN'],
];

export const STATX_BASIC_STATS = 0x7ff;
export const STATX_ALL = 0xfff;

export const STATX_ATTR_COMPRESSED = 4;
export const STATX_ATTR_IMMUTABLE = 0x10;
export const STATX_ATTR_APPEND = 0x20;
export const STATX_ATTR_NODUMP = 0x40;
export const STATX_ATTR_ENCRYPTED = 0x800;
export const STATX_ATTR_AUTOMOUNT = 0x1000;
export const STATX_ATTR_MOUNT_ROOT = 0x2000;
export const STATX_ATTR_VERITY = 0x100000;
export const STATX_ATTR_DAX = 0x200000;
export const STATX_ATTR_NAMES: Names = [
  [STATX_ATTR_COMPRESSED, 'STATX_ATTR_COMPRESSED'], [STATX_ATTR_IMMUTABLE, 'STATX_ATTR_IMMUTABLE'], [STATX_ATTR_APPEND, 'STATX_ATTR_APPEND'],
  [STATX_ATTR_NODUMP, 'STATX_ATTR_NODUMP'], [STATX_ATTR_ENCRYPTED, 'STATX_ATTR_ENCRYPTED'], [STATX_ATTR_AUTOMOUNT, 'STATX_ATTR_AUTOMOUNT'],
  [STATX_ATTR_MOUNT_ROOT, 'STATX_ATTR_MOUNT_ROOT'], [STATX_ATTR_VERITY, 'STATX_ATTR_VERITY'], [STATX_ATTR_DAX, 'STATX_ATTR_DAX'],
];

/** openat2(2). */
export const RESOLVE_NO_XDEV = 1;
export const RESOLVE_NO_MAGICLINKS = 2;
export const RESOLVE_NO_SYMLINKS = 4;
export const RESOLVE_BENEATH = 8;
export const RESOLVE_IN_ROOT = 0x10;
export const RESOLVE_CACHED = 0x20;
export const RESOLVE_NAMES: Names = [
  [RESOLVE_NO_XDEV, 'RESOLVE_NO_XDEV'], [RESOLVE_NO_MAGICLINKS, 'RESOLVE_NO_MAGICLINKS'], [RESOLVE_NO_SYMLINKS, 'RESOLVE_NO_SYMLINKS'],
  [RESOLVE_BENEATH, 'RESOLVE_BENEATH'], [RESOLVE_IN_ROOT, 'RESOLVE_IN_ROOT'], [RESOLVE_CACHED, 'RESOLVE_CACHED'],
];

export const XATTR_CREATE = 1;
export const XATTR_REPLACE = 2;
export const XATTR_FLAG_NAMES: Names = [
  [XATTR_CREATE, 'XATTR_CREATE'], [XATTR_REPLACE, 'XATTR_REPLACE'],
];

/** memfd_create(2). */
export const MFD_CLOEXEC = 1;
export const MFD_ALLOW_SEALING = 2;
export const MFD_HUGETLB = 4;
export const MFD_NAMES: Names = [
  [MFD_CLOEXEC, 'MFD_CLOEXEC'], [MFD_ALLOW_SEALING, 'MFD_ALLOW_SEALING'], [MFD_HUGETLB, 'MFD_HUGETLB'],
];

/** inotify(7). */
export const IN_ACCESS = 1;
export const IN_MODIFY = 2;
export const IN_ATTRIB = 4;
export const IN_CLOSE_WRITE = 8;
export const IN_CLOSE_NOWRITE = 0x10;
export const IN_OPEN = 0x20;
export const IN_MOVED_FROM = 0x40;
export const IN_MOVED_TO = 0x80;
export const IN_CREATE = 0x100;
export const IN_DELETE = 0x200;
export const IN_DELETE_SELF = 0x400;
export const IN_MOVE_SELF = 0x800;
export const IN_UNMOUNT = 0x2000;
export const IN_Q_OVERFLOW = 0x4000;
export const IN_IGNORED = 0x8000;
export const IN_ONLYDIR = 0x1000000;
export const IN_DONT_FOLLOW = 0x2000000;
export const IN_EXCL_UNLINK = 0x4000000;
export const IN_MASK_CREATE = 0x10000000;
export const IN_MASK_ADD = 0x20000000;
export const IN_ISDIR = 0x40000000;
export const IN_ONESHOT = 0x80000000;
export const IN_NAMES: Names = [
  [IN_ACCESS, 'IN_ACCESS'], [IN_MODIFY, 'IN_MODIFY'], [IN_ATTRIB, 'IN_ATTRIB'], [IN_CLOSE_WRITE, 'IN_CLOSE_WRITE'],
  [IN_CLOSE_NOWRITE, 'IN_CLOSE_NOWRITE'], [IN_OPEN, 'IN_OPEN'], [IN_MOVED_FROM, 'IN_MOVED_FROM'], [IN_MOVED_TO, 'IN_MOVED_TO'],
  [IN_CREATE, 'IN_CREATE'], [IN_DELETE, 'IN_DELETE'], [IN_DELETE_SELF, 'IN_DELETE_SELF'], [IN_MOVE_SELF, 'IN_MOVE_SELF'], [IN_UNMOUNT, 'IN_UNMOUNT'],
  [IN_Q_OVERFLOW, 'IN_Q_OVERFLOW'], [IN_IGNORED, 'IN_IGNORED'], [IN_ONLYDIR, 'IN_ONLYDIR'], [IN_DONT_FOLLOW, 'IN_DONT_FOLLOW'],
  [IN_EXCL_UNLINK, 'IN_EXCL_UNLINK'], [IN_MASK_CREATE, 'IN_MASK_CREATE'], [IN_MASK_ADD, 'IN_MASK_ADD'], [IN_ISDIR, 'IN_ISDIR'],
  [IN_ONESHOT, 'IN_ONESHOT'],
];

export const IN_NONBLOCK = 0x800;
export const IN_CLOEXEC = 0x80000;
export const INOTIFY_INIT_NAMES: Names = [
  [IN_NONBLOCK, 'IN_NONBLOCK'], [IN_CLOEXEC, 'IN_CLOEXEC'],
];

export const CLOSE_RANGE_UNSHARE = 2;
export const CLOSE_RANGE_CLOEXEC = 4;
export const CLOSE_RANGE_NAMES: Names = [
  [CLOSE_RANGE_UNSHARE, 'CLOSE_RANGE_UNSHARE'], [CLOSE_RANGE_CLOEXEC, 'CLOSE_RANGE_CLOEXEC'],
];

export const SPLICE_F_MOVE = 1;
export const SPLICE_F_NONBLOCK = 2;
export const SPLICE_F_MORE = 4;
export const SPLICE_F_GIFT = 8;
export const SPLICE_NAMES: Names = [
  [SPLICE_F_MOVE, 'SPLICE_F_MOVE'], [SPLICE_F_NONBLOCK, 'SPLICE_F_NONBLOCK'], [SPLICE_F_MORE, 'SPLICE_F_MORE'], [SPLICE_F_GIFT, 'SPLICE_F_GIFT'],
];

export const SYNC_FILE_RANGE_WAIT_BEFORE = 1;
export const SYNC_FILE_RANGE_WRITE = 2;
export const SYNC_FILE_RANGE_WAIT_AFTER = 4;
export const SYNC_RANGE_NAMES: Names = [
  [SYNC_FILE_RANGE_WAIT_BEFORE, 'SYNC_FILE_RANGE_WAIT_BEFORE'], [SYNC_FILE_RANGE_WRITE, 'SYNC_FILE_RANGE_WRITE'],
  [SYNC_FILE_RANGE_WAIT_AFTER, 'SYNC_FILE_RANGE_WAIT_AFTER'],
];

/** preadv2(2). */
export const RWF_HIPRI = 1;
export const RWF_DSYNC = 2;
export const RWF_SYNC = 4;
export const RWF_NOWAIT = 8;
export const RWF_APPEND = 0x10;
export const RWF_NAMES: Names = [
  [RWF_HIPRI, 'RWF_HIPRI'], [RWF_DSYNC, 'RWF_DSYNC'], [RWF_SYNC, 'RWF_SYNC'], [RWF_NOWAIT, 'RWF_NOWAIT'], [RWF_APPEND, 'RWF_APPEND'],
];

export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_NOEXEC = 8;
export const MS_SYNCHRONOUS = 0x10;
export const MS_REMOUNT = 0x20;
export const MS_MANDLOCK = 0x40;
export const MS_DIRSYNC = 0x80;
export const MS_NOSYMFOLLOW = 0x100;
export const MS_NOATIME = 0x400;
export const MS_NODIRATIME = 0x800;
export const MS_BIND = 0x1000;
export const MS_MOVE = 0x2000;
export const MS_REC = 0x4000;
export const MS_SILENT = 0x8000;
export const MS_POSIXACL = 0x10000;
export const MS_UNBINDABLE = 0x20000;
export const MS_PRIVATE = 0x40000;
export const MS_SLAVE = 0x80000;
export const MS_SHARED = 0x100000;
export const MS_RELATIME = 0x200000;
export const MS_KERNMOUNT = 0x400000;
export const MS_I_VERSION = 0x800000;
export const MS_STRICTATIME = 0x1000000;
export const MS_LAZYTIME = 0x2000000;
export const MS_ACTIVE = 0x40000000;
export const MS_NOUSER = 0x80000000;
export const MOUNT_FLAG_NAMES: Names = [
  [MS_RDONLY, 'MS_RDONLY'], [MS_NOSUID, 'MS_NOSUID'], [MS_NODEV, 'MS_NODEV'], [MS_NOEXEC, 'MS_NOEXEC'], [MS_SYNCHRONOUS, 'MS_SYNCHRONOUS'],
  [MS_REMOUNT, 'MS_REMOUNT'], [MS_MANDLOCK, 'MS_MANDLOCK'], [MS_DIRSYNC, 'MS_DIRSYNC'], [MS_NOSYMFOLLOW, 'MS_NOSYMFOLLOW'],
  [MS_NOATIME, 'MS_NOATIME'], [MS_NODIRATIME, 'MS_NODIRATIME'], [MS_BIND, 'MS_BIND'], [MS_MOVE, 'MS_MOVE'], [MS_REC, 'MS_REC'],
  [MS_SILENT, 'MS_SILENT'], [MS_POSIXACL, 'MS_POSIXACL'], [MS_UNBINDABLE, 'MS_UNBINDABLE'], [MS_PRIVATE, 'MS_PRIVATE'], [MS_SLAVE, 'MS_SLAVE'],
  [MS_SHARED, 'MS_SHARED'], [MS_RELATIME, 'MS_RELATIME'], [MS_KERNMOUNT, 'MS_KERNMOUNT'], [MS_I_VERSION, 'MS_I_VERSION'],
  [MS_STRICTATIME, 'MS_STRICTATIME'], [MS_LAZYTIME, 'MS_LAZYTIME'], [MS_ACTIVE, 'MS_ACTIVE'], [MS_NOUSER, 'MS_NOUSER'],
];

export const MNT_FORCE = 1;
export const MNT_DETACH = 2;
export const MNT_EXPIRE = 4;
export const UMOUNT_NOFOLLOW = 8;
export const UMOUNT_NAMES: Names = [
  [MNT_FORCE, 'MNT_FORCE'], [MNT_DETACH, 'MNT_DETACH'], [MNT_EXPIRE, 'MNT_EXPIRE'], [UMOUNT_NOFOLLOW, 'UMOUNT_NOFOLLOW'],
];

/** struct statfs f_flags. */
export const ST_VALID = 0x20;
export const ST_RDONLY = 1;
export const ST_NOSUID = 2;
export const ST_NODEV = 4;
export const ST_NOEXEC = 8;
export const ST_SYNCHRONOUS = 0x10;
export const ST_MANDLOCK = 0x40;
export const ST_NOATIME = 0x400;
export const ST_NODIRATIME = 0x800;
export const ST_RELATIME = 0x1000;
export const ST_NOSYMFOLLOW = 0x2000;
export const STATFS_FLAG_NAMES: Names = [
  [ST_VALID, 'ST_VALID'], [ST_RDONLY, 'ST_RDONLY'], [ST_NOSUID, 'ST_NOSUID'], [ST_NODEV, 'ST_NODEV'], [ST_NOEXEC, 'ST_NOEXEC'],
  [ST_SYNCHRONOUS, 'ST_SYNCHRONOUS'], [ST_MANDLOCK, 'ST_MANDLOCK'], [ST_NOATIME, 'ST_NOATIME'], [ST_NODIRATIME, 'ST_NODIRATIME'],
  [ST_RELATIME, 'ST_RELATIME'], [ST_NOSYMFOLLOW, 'ST_NOSYMFOLLOW'],
];

/** statfs f_type (linux/magic.h). */
export const TMPFS_MAGIC = 0x1021994;
export const EXT4_SUPER_MAGIC = 0xef53;
export const OVERLAYFS_SUPER_MAGIC = 0x794c7630;
export const PROC_SUPER_MAGIC = 0x9fa0;
export const SYSFS_MAGIC = 0x62656572;
export const DEVPTS_SUPER_MAGIC = 0x1cd1;
export const PIPEFS_MAGIC = 0x50495045;
export const SOCKFS_MAGIC = 0x534f434b;
export const ANON_INODE_FS_MAGIC = 0x9041934;
export const BTRFS_SUPER_MAGIC = 0x9123683e;
export const XFS_SUPER_MAGIC = 0x58465342;
export const NFS_SUPER_MAGIC = 0x6969;
export const RAMFS_MAGIC = 0x858458f6;
export const CGROUP2_SUPER_MAGIC = 0x63677270;
export const CGROUP_SUPER_MAGIC = 0x27e0eb;
export const SELINUX_MAGIC = 0xf97cff8c;
export const HUGETLBFS_MAGIC = 0x958458f6;
export const DEBUGFS_MAGIC = 0x64626720;
export const SECURITYFS_MAGIC = 0x73636673;
export const NSFS_MAGIC = 0x6e736673;
export const SQUASHFS_MAGIC = 0x73717368;
export const ISOFS_SUPER_MAGIC = 0x9660;
export const MSDOS_SUPER_MAGIC = 0x4d44;
export const FUSE_SUPER_MAGIC = 0x65735546;
export const FS_MAGIC_NAMES: Names = [
  [TMPFS_MAGIC, 'TMPFS_MAGIC'], [EXT4_SUPER_MAGIC, 'EXT4_SUPER_MAGIC'], [OVERLAYFS_SUPER_MAGIC, 'OVERLAYFS_SUPER_MAGIC'],
  [PROC_SUPER_MAGIC, 'PROC_SUPER_MAGIC'], [SYSFS_MAGIC, 'SYSFS_MAGIC'], [DEVPTS_SUPER_MAGIC, 'DEVPTS_SUPER_MAGIC'], [PIPEFS_MAGIC, 'PIPEFS_MAGIC'],
  [SOCKFS_MAGIC, 'SOCKFS_MAGIC'], [ANON_INODE_FS_MAGIC, 'ANON_INODE_FS_MAGIC'], [BTRFS_SUPER_MAGIC, 'BTRFS_SUPER_MAGIC'],
  [XFS_SUPER_MAGIC, 'XFS_SUPER_MAGIC'], [NFS_SUPER_MAGIC, 'NFS_SUPER_MAGIC'], [RAMFS_MAGIC, 'RAMFS_MAGIC'],
  [CGROUP2_SUPER_MAGIC, 'CGROUP2_SUPER_MAGIC'], [CGROUP_SUPER_MAGIC, 'CGROUP_SUPER_MAGIC'], [SELINUX_MAGIC, 'SELINUX_MAGIC'],
  [HUGETLBFS_MAGIC, 'HUGETLBFS_MAGIC'], [DEBUGFS_MAGIC, 'DEBUGFS_MAGIC'], [SECURITYFS_MAGIC, 'SECURITYFS_MAGIC'], [NSFS_MAGIC, 'NSFS_MAGIC'],
  [SQUASHFS_MAGIC, 'SQUASHFS_MAGIC'], [ISOFS_SUPER_MAGIC, 'ISOFS_SUPER_MAGIC'], [MSDOS_SUPER_MAGIC, 'MSDOS_SUPER_MAGIC'],
  [FUSE_SUPER_MAGIC, 'FUSE_SUPER_MAGIC'],
];

export const UTIME_NOW = 0x3fffffff;
export const UTIME_OMIT = 0x3ffffffe;
export const UTIME_NAMES: Names = [
  [UTIME_NOW, 'UTIME_NOW'], [UTIME_OMIT, 'UTIME_OMIT'],
];
