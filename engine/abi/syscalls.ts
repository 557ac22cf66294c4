// One row for each x86-64 syscall (law 5): argument names and kinds, result kind, strace classes, support note.
// From a row come payload capture (engine/syscalls/payload.ts), the text (engine/abi/decode) and the SQL argument names.
import { NR, SYSCALL_NAMES } from './syscall-numbers.ts';
import type { SyscallName } from './syscall-numbers.ts';

/*
 * Arguments: `name:kind`, parameters of a kind after further colons. A number is the index of another argument.
 *   d u ld lu x p      int, unsigned, long, unsigned long, hexadecimal, pointer (NULL for 0)
 *   fd atfd            descriptor; directory descriptor or AT_FDCWD
 *   pid uid gid sig mode dev off size
 *   E:TABLE F:TABLE    one of / flags of a table in decode/tables.ts
 *   path str           string at entry, whole or 64 bytes
 *   buf:N obuf:N       bytes at entry of length argument N; at exit, as many as the result says
 *   in:S out:S io:S    structure S at entry, exit, both (sizes in structs.ts)
 *   ina:S:N outa:S:N   array of argument N structures
 *   iov:N oiov:N       struct iovec[N], data at entry / exit
 *   argv envp          NULL-ended arrays of strings
 *   msg omsg mmsg:N ommsg:N   struct msghdr, mmsghdr[N]
 *   sa:N osa:N         sockaddr of length N; of length *N at exit
 *   fdset:N ofdset:N   fd_set of argument N descriptors, in and out
 *   ents:N             directory entries of result bytes
 *   @name              captured and printed by the call's own code in decode/ and payload.ts
 */
export interface ArgRow { name: string; kind: string; params: readonly string[] }
export interface SyscallRow {
  nr: number; name: SyscallName; readonly args: readonly ArgRow[];
  /** d (long), fd, x, o (octal), pid, none, clock … */
  ret: string;
  /** Letters of strace's classes, see CLASSES. */
  classes: string;
  /** Result counts bytes moved. */
  bytes: boolean;
}
/** strace -e trace=%class. */
export const CLASSES: Readonly<Record<string, string>> = {
  file: 'F', process: 'P', desc: 'D', network: 'N', net: 'N', memory: 'M', signal: 'S', ipc: 'I', creds: 'C', clock: 'K', pure: 'U', stat: 's', lstat: 'l', fstat: 'f',
  '%stat': 'slf', statfs: 'y', fstatfs: 'Y', '%statfs': 'yYz',
};

const TABLE = `
read|fd:fd buf:obuf:2 count:size|b|D
write|fd:fd buf:buf:2 count:size|b|D
open|pathname:path flags:@open mode:@openmode|fd|DF
close|fd:fd|d|D
stat|pathname:path statbuf:out:stat|d|Fs
fstat|fd:fd statbuf:out:stat|d|Df
lstat|pathname:path statbuf:out:stat|d|Fl
poll|fds:@poll nfds:u timeout:d|d|D
lseek|fd:fd offset:off whence:E:SEEK|d|D
mmap|addr:p length:lu prot:F:PROT flags:@mmap fd:@mmapfd offset:x|x|DM
mprotect|addr:p len:lu prot:F:PROT|d|M
munmap|addr:p length:lu|d|M
brk|addr:p|x|M
rt_sigaction|signum:sig act:@sigaction oldact:@osigaction sigsetsize:lu|d|S
rt_sigprocmask|how:E:SIGPROCMASK set:in:sigset oldset:out:sigset sigsetsize:lu|d|S
rt_sigreturn|frame:@sigreturn|d|S
ioctl|fd:fd request:@ioctl arg:@ioctlarg|d|D
pread64|fd:fd buf:obuf:2 count:size offset:off|b|D
pwrite64|fd:fd buf:buf:2 count:size offset:off|b|D
readv|fd:fd iov:oiov:2 iovcnt:lu|b|D
writev|fd:fd iov:iov:2 iovcnt:lu|b|D
access|pathname:path mode:F:ACCESS|d|F
pipe|pipefd:out:fdpair|d|D
select|nfds:d readfds:fdset:0 writefds:fdset:0 exceptfds:fdset:0 timeout:io:timeval|d|D
sched_yield||d|
mremap|old_address:p old_size:lu new_size:lu flags:F:MREMAP new_address:p|x|M
msync|addr:p length:lu flags:F:MSYNC|d|M
mincore|addr:p length:lu vec:@mincore|d|M
madvise|addr:p length:lu advice:E:MADV|d|M
shmget|key:x size:lu shmflg:@ipcflags|d|I
shmat|shmid:d shmaddr:p shmflg:F:SHM|x|IM
shmctl|shmid:d cmd:@ipccmd buf:@ipcds:shm|d|I
dup|oldfd:fd|fd|D
dup2|oldfd:fd newfd:fd|fd|D
pause||d|S
nanosleep|req:in:timespec rem:out:timespec|d|
getitimer|which:E:ITIMER curr_value:out:itimerval|d|
alarm|seconds:u|d|
setitimer|which:E:ITIMER new_value:in:itimerval old_value:out:itimerval|d|
getpid||pid|U
sendfile|out_fd:fd in_fd:fd offset:io:off count:size|b|DN
socket|domain:E:AF type:@socktype protocol:@sockproto|fd|DN
connect|sockfd:fd addr:sa:2 addrlen:d|d|DN
accept|sockfd:fd addr:osa:2 addrlen:io:socklen|fd|DN
sendto|sockfd:fd buf:buf:2 len:size flags:F:MSG dest_addr:sa:5 addrlen:u|b|DN
recvfrom|sockfd:fd buf:obuf:2 len:size flags:F:MSG src_addr:osa:5 addrlen:io:socklen|b|DN
sendmsg|sockfd:fd msg:msg flags:F:MSG|b|DN
recvmsg|sockfd:fd msg:omsg flags:F:MSG|b|DN
shutdown|sockfd:fd how:E:SHUT|d|DN
bind|sockfd:fd addr:sa:2 addrlen:d|d|DN
listen|sockfd:fd backlog:d|d|DN
getsockname|sockfd:fd addr:osa:2 addrlen:io:socklen|d|DN
getpeername|sockfd:fd addr:osa:2 addrlen:io:socklen|d|DN
socketpair|domain:E:AF type:@socktype protocol:@sockproto sv:out:fdpair|d|DN
setsockopt|sockfd:fd level:E:SOL optname:@sockopt optval:@optval optlen:d|d|DN
getsockopt|sockfd:fd level:E:SOL optname:@sockopt optval:@ooptval optlen:io:socklen|d|DN
clone|flags:@clone stack:p parent_tid:@clonetid child_tid:@clonetid tls:p|pid|P
fork||pid|P
vfork||pid|P
execve|pathname:path argv:argv envp:envp|d|FP
exit|status:d|none|P
wait4|pid:d wstatus:out:wstatus options:F:WAIT4 rusage:out:rusage|pid|P
kill|pid:pid sig:sig|d|SP
uname|buf:out:utsname|d|
semget|key:x nsems:d semflg:@ipcflags|d|I
semop|semid:d sops:ina:sembuf:2 nsops:lu|d|I
semctl|semid:d semnum:d cmd:@ipccmd arg:@ipcds:sem|d|I
shmdt|shmaddr:p|d|IM
msgget|key:x msgflg:@ipcflags|d|I
msgsnd|msqid:d msgp:@msgbuf msgsz:lu msgflg:F:MSG_FLAG|d|I
msgrcv|msqid:d msgp:@omsgbuf msgsz:lu msgtyp:ld msgflg:F:MSG_FLAG|d|I
msgctl|msqid:d cmd:@ipccmd buf:@ipcds:msg|d|I
fcntl|fd:fd cmd:E:FCNTL arg:@fcntl|@fcntl|D
flock|fd:fd operation:F:FLOCK|d|D
fsync|fd:fd|d|D
fdatasync|fd:fd|d|D
truncate|path:path length:off|d|F
ftruncate|fd:fd length:off|d|D
getdents|fd:fd dirp:ents:2 count:u|d|D
getcwd|buf:@getcwd size:lu|d|F
chdir|path:path|d|F
fchdir|fd:fd|d|D
rename|oldpath:path newpath:path|d|F
mkdir|pathname:path mode:mode|d|F
rmdir|pathname:path|d|F
creat|pathname:path mode:mode|fd|DF
link|oldpath:path newpath:path|d|F
unlink|pathname:path|d|F
symlink|target:path linkpath:path|d|F
readlink|pathname:path buf:obuf:2 bufsiz:lu|d|F
chmod|pathname:path mode:mode|d|F
fchmod|fd:fd mode:mode|d|D
chown|pathname:path owner:uid group:gid|d|F
fchown|fd:fd owner:uid group:gid|d|D
lchown|pathname:path owner:uid group:gid|d|F
umask|mask:mode|o|
gettimeofday|tv:out:timeval tz:out:timezone|d|K
getrlimit|resource:E:RLIMIT rlim:out:rlimit|d|
getrusage|who:E:RUSAGE usage:out:rusage|d|
sysinfo|info:out:sysinfo|d|
times|buf:out:tms|d|
ptrace|request:@ptracereq pid:pid addr:p data:@ptrace|d|
getuid||d|CU
syslog|type:d bufp:p len:d|d|
getgid||d|CU
setuid|uid:uid|d|C
setgid|gid:gid|d|C
geteuid||d|CU
getegid||d|CU
setpgid|pid:pid pgid:pid|d|
getppid||pid|U
getpgrp||pid|U
setsid||pid|
setreuid|ruid:uid euid:uid|d|C
setregid|rgid:gid egid:gid|d|C
getgroups|size:d list:@getgroups|d|C
setgroups|size:d list:ina:uid:0|d|C
setresuid|ruid:uid euid:uid suid:uid|d|C
getresuid|ruid:out:uid euid:out:uid suid:out:uid|d|C
setresgid|rgid:gid egid:gid sgid:gid|d|C
getresgid|rgid:out:uid egid:out:uid sgid:out:uid|d|C
getpgid|pid:pid|pid|
setfsuid|fsuid:uid|d|C
setfsgid|fsgid:gid|d|C
getsid|pid:pid|pid|
capget|hdrp:@caphdr datap:@ocapdata|d|C
capset|hdrp:@caphdr datap:@capdata|d|C
rt_sigpending|set:out:sigset sigsetsize:lu|d|S
rt_sigtimedwait|set:in:sigset info:out:siginfo timeout:in:timespec sigsetsize:lu|sig|S
rt_sigqueueinfo|tgid:pid sig:sig info:in:siginfo|d|SP
rt_sigsuspend|mask:in:sigset sigsetsize:lu|d|S
sigaltstack|ss:in:stack old_ss:out:stack|d|S
utime|filename:path times:in:utimbuf|d|F
mknod|pathname:path mode:@mknodmode dev:@mknoddev|d|F
uselib|library:path|d|FP
personality|persona:@personality|@personality|
ustat|dev:dev ubuf:p|d|y
statfs|path:path buf:out:statfs|d|Fy
fstatfs|fd:fd buf:out:statfs|d|DY
sysfs|option:d arg1:x arg2:x|d|
getpriority|which:E:PRIO who:d|d|
setpriority|which:E:PRIO who:d prio:d|d|
sched_setparam|pid:pid param:ina:schedparam:-|d|
sched_getparam|pid:pid param:out:schedparam|d|
sched_setscheduler|pid:pid policy:@schedpolicy param:in:schedparam|d|
sched_getscheduler|pid:pid|@schedpolicy|
sched_get_priority_max|policy:E:SCHED|d|
sched_get_priority_min|policy:E:SCHED|d|
sched_rr_get_interval|pid:pid tp:out:timespec|d|
mlock|addr:p len:lu|d|M
munlock|addr:p len:lu|d|M
mlockall|flags:F:MCL|d|M
munlockall||d|M
vhangup||d|
modify_ldt|func:d ptr:p bytecount:lu|d|
pivot_root|new_root:path put_old:path|d|F
_sysctl|args:p|d|
prctl|option:E:PR arg2:@prctl arg3:x arg4:x arg5:@prctl5|@prctl|
arch_prctl|code:E:ARCH_PRCTL addr:@arch_prctl|d|
adjtimex|buf:p|d|K
setrlimit|resource:E:RLIMIT rlim:in:rlimit|d|
chroot|path:path|d|F
sync||d|
acct|filename:path|d|F
settimeofday|tv:in:timeval tz:in:timezone|d|K
mount|source:path target:path filesystemtype:str mountflags:F:MOUNT_FLAG data:str|d|F
umount2|target:path flags:F:UMOUNT|d|F
swapon|path:path flags:x|d|F
swapoff|path:path|d|F
reboot|magic:x magic2:x cmd:x arg:p|d|
sethostname|name:buf:1 len:lu|d|
setdomainname|name:buf:1 len:lu|d|
iopl|level:d|d|
ioperm|from:lu num:lu turn_on:d|d|
create_module|name:str size:lu|d|
init_module|module_image:p len:lu param_values:str|d|
delete_module|name:str flags:x|d|
get_kernel_syms|table:p|d|
query_module|name:str which:d buf:p bufsize:lu ret:p|d|
quotactl|cmd:x special:path id:d addr:p|d|F
nfsservctl|cmd:d argp:p resp:p|d|
getpmsg|a:p b:p c:p d:p e:p|d|N
putpmsg|a:p b:p c:p d:p e:p|d|N
afs_syscall|a:x b:x c:x d:x e:x|d|
tuxcall|a:x b:x c:x|d|
security|a:x b:x c:x|d|
gettid||pid|U
readahead|fd:fd offset:off count:size|d|D
setxattr|path:path name:str value:buf:3 size:lu flags:F:XATTR_FLAG|d|F
lsetxattr|path:path name:str value:buf:3 size:lu flags:F:XATTR_FLAG|d|F
fsetxattr|fd:fd name:str value:buf:3 size:lu flags:F:XATTR_FLAG|d|D
getxattr|path:path name:str value:obuf:3 size:lu|d|F
lgetxattr|path:path name:str value:obuf:3 size:lu|d|F
fgetxattr|fd:fd name:str value:obuf:3 size:lu|d|D
listxattr|path:path list:obuf:2 size:lu|d|F
llistxattr|path:path list:obuf:2 size:lu|d|F
flistxattr|fd:fd list:obuf:2 size:lu|d|D
removexattr|path:path name:str|d|F
lremovexattr|path:path name:str|d|F
fremovexattr|fd:fd name:str|d|D
tkill|tid:pid sig:sig|d|SP
time|tloc:@time|d|K
futex|uaddr:p futex_op:@futex val:u timeout:@futextimeout uaddr2:p val3:x|d|
sched_setaffinity|pid:pid cpusetsize:u mask:@cpuset|d|
sched_getaffinity|pid:pid cpusetsize:u mask:@ocpuset|d|
set_thread_area|u_info:p|d|
io_setup|nr_events:u ctx_idp:out:ulong|d|M
io_destroy|ctx_id:x|d|M
io_getevents|ctx_id:x min_nr:ld nr:ld events:p timeout:in:timespec|d|
io_submit|ctx_id:x nr:ld iocbpp:p|d|
io_cancel|ctx_id:x iocb:p result:p|d|
get_thread_area|u_info:p|d|
lookup_dcookie|cookie:lu buffer:p len:lu|d|
epoll_create|size:d|fd|D
epoll_ctl_old|a:x b:x c:x d:x|d|
epoll_wait_old|a:x b:x c:x d:x|d|
remap_file_pages|addr:p size:lu prot:F:PROT pgoff:lu flags:x|d|M
getdents64|fd:fd dirp:ents:2 count:u|d|D
set_tid_address|tidptr:p|pid|
restart_syscall|cause:@restart|d|
semtimedop|semid:d sops:ina:sembuf:2 nsops:lu timeout:in:timespec|d|I
fadvise64|fd:fd offset:off len:off advice:E:FADVISE|d|D
timer_create|clockid:E:CLOCK sevp:in:sigevent timerid:out:timerid|d|
timer_settime|timerid:d flags:F:TIMER_ABSTIME new_value:in:itimerspec old_value:out:itimerspec|d|
timer_gettime|timerid:d curr_value:out:itimerspec|d|
timer_getoverrun|timerid:d|d|
timer_delete|timerid:d|d|
clock_settime|clockid:E:CLOCK tp:in:timespec|d|K
clock_gettime|clockid:E:CLOCK tp:out:timespec|d|K
clock_getres|clockid:E:CLOCK res:out:timespec|d|K
clock_nanosleep|clockid:E:CLOCK flags:F:TIMER_ABSTIME request:in:timespec remain:out:timespec|d|
exit_group|status:d|none|P
epoll_wait|epfd:fd events:@epoll_events maxevents:d timeout:d|d|D
epoll_ctl|epfd:fd op:E:EPOLL_CTL fd:fd event:in:epoll_event|d|D
tgkill|tgid:pid tid:pid sig:sig|d|SP
utimes|filename:path times:ina:timeval:-2|d|F
vserver|a:x b:x c:x|d|
mbind|addr:p len:lu mode:E:MPOL nodemask:p maxnode:lu flags:x|d|M
set_mempolicy|mode:E:MPOL nodemask:p maxnode:lu|d|M
get_mempolicy|mode:@mempolicy nodemask:@nodemask maxnode:lu addr:p flags:F:MPOL_FLAG|d|M
mq_open|name:str oflag:@open mode:@openmode attr:p|fd|D
mq_unlink|name:str|d|
mq_timedsend|mqdes:fd msg_ptr:buf:2 msg_len:lu msg_prio:u abs_timeout:in:timespec|d|D
mq_timedreceive|mqdes:fd msg_ptr:obuf:2 msg_len:lu msg_prio:p abs_timeout:in:timespec|d|D
mq_notify|mqdes:fd sevp:p|d|D
mq_getsetattr|mqdes:fd newattr:p oldattr:p|d|D
kexec_load|entry:x nr_segments:lu segments:p flags:x|d|
waitid|idtype:E:WAITID id:d infop:out:siginfo options:F:WAIT rusage:out:rusage|d|P
add_key|type:str description:str payload:buf:3 plen:lu keyring:d|d|
request_key|type:str description:str callout_info:str dest_keyring:d|d|
keyctl|operation:d arg2:x arg3:x arg4:x arg5:x|d|
ioprio_set|which:E:IOPRIO_WHO who:d ioprio:@ioprio|d|
ioprio_get|which:E:IOPRIO_WHO who:d|@ioprio|
inotify_init||fd|D
inotify_add_watch|fd:fd pathname:path mask:F:IN|d|DF
inotify_rm_watch|fd:fd wd:d|d|D
migrate_pages|pid:pid maxnode:lu old_nodes:p new_nodes:p|d|M
openat|dirfd:atfd pathname:path flags:@open mode:@openmode|fd|DF
mkdirat|dirfd:atfd pathname:path mode:mode|d|DF
mknodat|dirfd:atfd pathname:path mode:@mknodmode dev:@mknoddev|d|DF
fchownat|dirfd:atfd pathname:path owner:uid group:gid flags:F:AT_FLAG|d|DF
futimesat|dirfd:atfd pathname:path times:ina:timeval:-2|d|DF
newfstatat|dirfd:atfd pathname:path statbuf:out:stat flags:F:AT_FLAG|d|DFf
unlinkat|dirfd:atfd pathname:path flags:F:AT_FLAG|d|DF
renameat|olddirfd:atfd oldpath:path newdirfd:atfd newpath:path|d|DF
linkat|olddirfd:atfd oldpath:path newdirfd:atfd newpath:path flags:F:AT_FLAG|d|DF
symlinkat|target:path newdirfd:atfd linkpath:path|d|DF
readlinkat|dirfd:atfd pathname:path buf:obuf:3 bufsiz:lu|d|DF
fchmodat|dirfd:atfd pathname:path mode:mode|d|DF
faccessat|dirfd:atfd pathname:path mode:F:ACCESS|d|DF
pselect6|nfds:d readfds:fdset:0 writefds:fdset:0 exceptfds:fdset:0 timeout:io:timespec sigmask:@pselectmask|d|D
ppoll|fds:@poll nfds:u timeout:io:timespec sigmask:in:sigset sigsetsize:lu|d|D
unshare|flags:F:CLONE|d|P
set_robust_list|head:p len:lu|d|
get_robust_list|pid:pid head_ptr:out:ulong len_ptr:out:ulong|d|
splice|fd_in:fd off_in:io:off fd_out:fd off_out:io:off len:size flags:F:SPLICE|b|D
tee|fd_in:fd fd_out:fd len:size flags:F:SPLICE|d|D
sync_file_range|fd:fd offset:off nbytes:off flags:F:SYNC_RANGE|d|D
vmsplice|fd:fd iov:iov:2 nr_segs:lu flags:F:SPLICE|b|D
move_pages|pid:pid count:lu pages:p nodes:p status:p flags:x|d|M
utimensat|dirfd:atfd pathname:path times:@utimens flags:F:AT_FLAG|d|DF
epoll_pwait|epfd:fd events:@epoll_events maxevents:d timeout:d sigmask:in:sigset sigsetsize:lu|d|D
signalfd|fd:d mask:in:sigset sizemask:lu|fd|DS
timerfd_create|clockid:E:CLOCK flags:F:TFD|fd|D
eventfd|initval:u|fd|D
fallocate|fd:fd mode:F:FALLOC offset:off len:off|d|D
timerfd_settime|fd:fd flags:F:TFD_TIMER new_value:in:itimerspec old_value:out:itimerspec|d|D
timerfd_gettime|fd:fd curr_value:out:itimerspec|d|D
accept4|sockfd:fd addr:osa:2 addrlen:io:socklen flags:F:SOCK_FLAG|fd|DN
signalfd4|fd:d mask:in:sigset sizemask:lu flags:F:SFD|fd|DS
eventfd2|initval:u flags:F:EFD|fd|D
epoll_create1|flags:F:EPOLL_CREATE|fd|D
dup3|oldfd:fd newfd:fd flags:F:OPEN_FLAG|fd|D
pipe2|pipefd:out:fdpair flags:F:OPEN_FLAG|d|D
inotify_init1|flags:F:INOTIFY_INIT|fd|D
preadv|fd:fd iov:oiov:2 iovcnt:lu pos_l:off pos_h:-|b|D
pwritev|fd:fd iov:iov:2 iovcnt:lu pos_l:off pos_h:-|b|D
rt_tgsigqueueinfo|tgid:pid tid:pid sig:sig info:in:siginfo|d|SP
perf_event_open|attr:p pid:d cpu:d group_fd:d flags:x|fd|D
recvmmsg|sockfd:fd msgvec:ommsg:2 vlen:u flags:F:MSG timeout:io:timespec|d|DN
fanotify_init|flags:x event_f_flags:x|fd|D
fanotify_mark|fanotify_fd:fd flags:x mask:x dirfd:atfd pathname:path|d|DF
prlimit64|pid:pid resource:E:RLIMIT new_limit:in:rlimit old_limit:out:rlimit|d|
name_to_handle_at|dirfd:atfd pathname:path handle:p mount_id:p flags:x|d|DF
open_by_handle_at|mount_fd:fd handle:p flags:@open|fd|D
clock_adjtime|clk_id:E:CLOCK buf:p|d|K
syncfs|fd:fd|d|D
sendmmsg|sockfd:fd msgvec:mmsg:2 vlen:u flags:F:MSG|d|DN
setns|fd:fd nstype:F:CLONE|d|DP
getcpu|cpu:out:uint node:out:uint tcache:p|d|
process_vm_readv|pid:pid local_iov:p liovcnt:lu remote_iov:p riovcnt:lu flags:lu|d|
process_vm_writev|pid:pid local_iov:p liovcnt:lu remote_iov:p riovcnt:lu flags:lu|d|
kcmp|pid1:pid pid2:pid type:d idx1:lu idx2:lu|d|
finit_module|fd:fd param_values:str flags:x|d|D
sched_setattr|pid:pid attr:in:schedattr flags:u|d|
sched_getattr|pid:pid attr:out:schedattr size:u flags:u|d|
renameat2|olddirfd:atfd oldpath:path newdirfd:atfd newpath:path flags:F:RENAME|d|DF
seccomp|operation:E:SECCOMP_OP flags:x args:p|d|
getrandom|buf:obuf:1 buflen:lu flags:F:GRND|b|
memfd_create|name:str flags:F:MFD|fd|D
kexec_file_load|kernel_fd:fd initrd_fd:fd cmdline_len:lu cmdline:str flags:x|d|D
bpf|cmd:d attr:p size:u|d|D
execveat|dirfd:atfd pathname:path argv:argv envp:envp flags:F:AT_FLAG|d|DFP
userfaultfd|flags:F:OPEN_FLAG|fd|D
membarrier|cmd:E:MEMBARRIER flags:x|@membarrier|
mlock2|addr:p len:lu flags:F:MLOCK|d|M
copy_file_range|fd_in:fd off_in:io:off fd_out:fd off_out:io:off len:size flags:u|b|D
preadv2|fd:fd iov:oiov:2 iovcnt:lu pos_l:off pos_h:- flags:F:RWF|b|D
pwritev2|fd:fd iov:iov:2 iovcnt:lu pos_l:off pos_h:- flags:F:RWF|b|D
pkey_mprotect|addr:p len:lu prot:F:PROT pkey:d|d|M
pkey_alloc|flags:x0 access_rights:F:PKEY|d|
pkey_free|pkey:d|d|
statx|dirfd:atfd pathname:path flags:@statxflags mask:F:STATX_MASK statxbuf:out:statx|d|DFf
io_pgetevents|ctx_id:x min_nr:ld nr:ld events:p timeout:in:timespec sig:p|d|
rseq|rseq:p rseq_len:x flags:F:RSEQ sig:x|d|
pidfd_send_signal|pidfd:fd sig:sig info:in:siginfo flags:x0|d|DSP
io_uring_setup|entries:u params:p|fd|D
io_uring_enter|fd:fd to_submit:u min_complete:u flags:x sig:p sigsz:lu|d|D
io_uring_register|fd:fd opcode:d arg:p nr_args:u|d|D
open_tree|dirfd:atfd pathname:path flags:x|fd|DF
move_mount|from_dirfd:atfd from_pathname:path to_dirfd:atfd to_pathname:path flags:x|d|DF
fsopen|fsname:str flags:x|fd|D
fsconfig|fd:fd cmd:d key:str value:p aux:d|d|DF
fsmount|fd:fd flags:x attr_flags:x|fd|D
fspick|dirfd:atfd pathname:path flags:x|fd|DF
pidfd_open|pid:pid flags:F:PIDFD|fd|D
clone3|cl_args:@clone3 size:lu|pid|P
close_range|first:u last:u flags:F:CLOSE_RANGE|d|
openat2|dirfd:atfd pathname:path how:@openhow size:lu|fd|DF
pidfd_getfd|pidfd:fd targetfd:d flags:x0|fd|D
faccessat2|dirfd:atfd pathname:path mode:F:ACCESS flags:@faccessat|d|DF
process_madvise|pidfd:fd iov:p vlen:lu advice:E:MADV flags:x0|d|DM
epoll_pwait2|epfd:fd events:@epoll_events maxevents:d timeout:in:timespec sigmask:in:sigset sigsetsize:lu|d|D
mount_setattr|dirfd:atfd pathname:path flags:x attr:p size:lu|d|DF
quotactl_fd|fd:fd cmd:x id:d addr:p|d|D
landlock_create_ruleset|attr:p size:lu flags:x|fd|D
landlock_add_rule|ruleset_fd:fd rule_type:d rule_attr:p flags:x|d|D
landlock_restrict_self|ruleset_fd:fd flags:x|d|D
memfd_secret|flags:x|fd|D
process_mrelease|pidfd:fd flags:x0|d|D
futex_waitv|waiters:p nr_futexes:u flags:x timeout:in:timespec clockid:E:CLOCK|d|
set_mempolicy_home_node|start:p len:lu home_node:lu flags:x|d|M
`;

/** A row of the table; its arguments are parsed when they are first asked for, as a run makes few of all calls. */
class Row implements SyscallRow {
  readonly nr: number; readonly name: SyscallName; readonly ret: string; readonly classes: string; readonly bytes: boolean;
  private readonly text: string;
  private parsed: readonly ArgRow[] | null = null;
  constructor(line: string) {
    const [name, args, ret, classes] = line.split('|') as [SyscallName, string, string, string];
    this.nr = NR[name]; this.name = name; this.text = args; this.classes = classes; this.bytes = ret === 'b'; this.ret = this.bytes ? 'd' : ret;
  }
  get args(): readonly ArgRow[] {
    return this.parsed ??= this.text === '' ? [] : this.text.split(' ').map((a) => {
      const [name, kind, ...params] = a.split(':');
      return { name: name!, kind: kind!, params };
    });
  }
}

/** By number; holes are undefined. */
export const SYSCALLS: readonly (SyscallRow | undefined)[] = (() => {
  const rows: (SyscallRow | undefined)[] = SYSCALL_NAMES.map(() => undefined);
  for (const line of TABLE.trim().split('\n')) {
    const row = new Row(line);
    rows[row.nr] = row;
  }
  return rows;
})();

/** Added to the number of an i386 call that has no counterpart, in rows and in the count of unknown calls. */
export const UNKNOWN_I386 = 0x40000000;
export function syscallName(nr: number): string { return nr >= UNKNOWN_I386 ? `i386:syscall_0x${(nr - UNKNOWN_I386).toString(16)}` : SYSCALL_NAMES[nr] ?? `syscall_0x${nr.toString(16)}`; }
