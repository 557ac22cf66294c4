// Pipes, poll, epoll, eventfd, timerfd, signalfd, inotify, sockets and a pseudo terminal: every line must read as on Linux.
// build: -w -lutil
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <termios.h>
#include <unistd.h>

static void show(const char *what, long r) { printf("%s: %ld %s\n", what, r, r < 0 ? strerrorname_np(errno) : ""); }
static int revents(int fd, int events) { struct pollfd p = {fd, events, 0}; poll(&p, 1, 0); return p.revents; }

static void pipes(void) {
  int p[2], n; char buf[70000]; memset(buf, 'x', sizeof buf);
  pipe2(p, O_NONBLOCK);
  printf("poll empty %x %x\n", revents(p[0], POLLIN), revents(p[1], POLLOUT));
  show("read empty", read(p[0], buf, 10));
  show("fill", write(p[1], buf, sizeof buf));
  show("full", write(p[1], buf, 1));
  printf("poll full %x %x\n", revents(p[0], POLLIN), revents(p[1], POLLOUT));
  ioctl(p[0], FIONREAD, &n); printf("FIONREAD %d, size %d\n", n, fcntl(p[1], F_GETPIPE_SZ));
  show("set size", fcntl(p[1], F_SETPIPE_SZ, 4096));
  show("drain", read(p[0], buf, sizeof buf));
  show("set size", fcntl(p[1], F_SETPIPE_SZ, 5000));
  close(p[1]);
  printf("poll hup %x\n", revents(p[0], POLLIN)); show("eof", read(p[0], buf, 1)); close(p[0]);
  signal(SIGPIPE, SIG_IGN);
  pipe(p); close(p[0]); printf("poll err %x\n", revents(p[1], POLLOUT)); show("broken", write(p[1], buf, 1)); close(p[1]);
  show("bad fd", revents(99, POLLIN));
  mkfifo("ff", 0600);
  show("fifo no reader", open("ff", O_WRONLY | O_NONBLOCK));
  if (fork() == 0) { int w = open("ff", O_WRONLY); write(w, "through", 7); _exit(0); }
  int r = open("ff", O_RDONLY); n = read(r, buf, 100); printf("fifo %.*s, then %zd\n", n, buf, read(r, buf, 1)); close(r); wait(0); unlink("ff");
}

static void epolls(void) {
  int e = epoll_create1(0), ev = eventfd(0, EFD_NONBLOCK), i; struct epoll_event x = {EPOLLIN, {.u64 = 7}}, out[4]; uint64_t v = 5;
  show("add", epoll_ctl(e, EPOLL_CTL_ADD, ev, &x)); show("add twice", epoll_ctl(e, EPOLL_CTL_ADD, ev, &x)); show("add self", epoll_ctl(e, EPOLL_CTL_ADD, e, &x));
  int f = open("/etc/passwd", O_RDONLY); show("add file", epoll_ctl(e, EPOLL_CTL_ADD, f, &x)); close(f);
  show("none", epoll_wait(e, out, 4, 0)); write(ev, &v, 8);
  for (i = 0; i < 2; i++) { int n = epoll_wait(e, out, 4, 0); printf("level %d %x %lu\n", n, out[0].events, (unsigned long)out[0].data.u64); }
  x.events = EPOLLIN | EPOLLET; epoll_ctl(e, EPOLL_CTL_MOD, ev, &x);
  printf("edge %d %d\n", epoll_wait(e, out, 4, 0), epoll_wait(e, out, 4, 0)); write(ev, &v, 8); printf("edge again %d\n", epoll_wait(e, out, 4, 0));
  x.events = EPOLLIN | EPOLLONESHOT; epoll_ctl(e, EPOLL_CTL_MOD, ev, &x);
  printf("oneshot %d %d\n", epoll_wait(e, out, 4, 0), epoll_wait(e, out, 4, 0));
  x.events = EPOLLIN; epoll_ctl(e, EPOLL_CTL_MOD, ev, &x);
  int outer = epoll_create1(0); x.data.u64 = 8; epoll_ctl(outer, EPOLL_CTL_ADD, e, &x); printf("nested %d, poll %x\n", epoll_wait(outer, out, 4, 0), revents(e, POLLIN));
  show("loop", epoll_ctl(e, EPOLL_CTL_ADD, outer, &x));
  read(ev, &v, 8); printf("count %lu\n", (unsigned long)v); show("empty", read(ev, &v, 8));
  printf("nested now %d\n", epoll_wait(outer, out, 4, 0));
  int s = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK); read(s, &v, 8); printf("semaphore %lu\n", (unsigned long)v); read(s, &v, 8); show("semaphore empty", read(s, &v, 8));
  v = UINT64_MAX - 1; show("max", write(s, &v, 8)); v = 1; show("over", write(s, &v, 8)); v = UINT64_MAX; show("invalid", write(s, &v, 8));
  if (fork() == 0) { usleep(10000); v = 3; write(ev, &v, 8); _exit(0); }
  printf("woken %d\n", epoll_wait(e, out, 4, 5000)); wait(0);
}

static void timers(void) {
  int t = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK); struct itimerspec its = {{0, 10000000}, {0, 5000000}}, now; uint64_t v;
  show("not armed", read(t, &v, 8)); timerfd_settime(t, 0, &its, 0); timerfd_gettime(t, &now); printf("armed %d %ld\n", now.it_value.tv_nsec > 0, now.it_interval.tv_nsec);
  struct pollfd p = {t, POLLIN, 0}; printf("fires %d %x\n", poll(&p, 1, 1000), p.revents); show("ticks", read(t, &v, 8)); usleep(35000); read(t, &v, 8); printf("missed %s\n", v >= 3 ? "3 or more" : "few");
  sigset_t m; sigemptyset(&m); sigaddset(&m, SIGUSR1); sigprocmask(SIG_BLOCK, &m, 0);
  int s = signalfd(-1, &m, SFD_NONBLOCK); struct signalfd_siginfo si; show("no signal", read(s, &si, sizeof si)); kill(getpid(), SIGUSR1);
  printf("poll %x\n", revents(s, POLLIN)); show("signal", read(s, &si, sizeof si)); printf("signo %d code %d mine %d\n", si.ssi_signo, si.ssi_code, si.ssi_pid == (unsigned)getpid());
  fd_set r; struct timeval tv = {0, 20000}; FD_ZERO(&r); FD_SET(s, &r); printf("select %d left %ld\n", select(s + 1, &r, 0, 0, &tv), (long)tv.tv_usec);
}

static void watches(void) {
  int i = inotify_init1(IN_NONBLOCK); char b[1024]; mkdir("w", 0700); int wd = inotify_add_watch(i, "w", IN_CREATE | IN_CLOSE_WRITE | IN_DELETE | IN_MOVE); printf("wd %d\n", wd);
  int f = open("w/a", O_CREAT | O_WRONLY, 0600); write(f, "x", 1); close(f); rename("w/a", "w/bb"); unlink("w/bb"); inotify_rm_watch(i, wd);
  int n = read(i, b, sizeof b); for (int at = 0; at < n;) { struct inotify_event *e = (void *)(b + at); printf("event %x %s\n", e->mask, e->len ? e->name : "-"); at += sizeof *e + e->len; }
  rmdir("w");
}

static void sockets(void) {
  int p[2], fds[2], n; char b[100], cb[CMSG_SPACE(sizeof(int))]; socketpair(AF_UNIX, SOCK_STREAM, 0, p); pipe(fds);
  struct iovec iov = {"m", 1}; struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = cb, .msg_controllen = sizeof cb}; struct cmsghdr *c = CMSG_FIRSTHDR(&h);
  c->cmsg_level = SOL_SOCKET; c->cmsg_type = SCM_RIGHTS; c->cmsg_len = CMSG_LEN(sizeof(int)); memcpy(CMSG_DATA(c), &fds[1], sizeof(int)); show("sendmsg", sendmsg(p[0], &h, 0));
  iov.iov_base = b; iov.iov_len = 100; h.msg_controllen = sizeof cb; show("recvmsg", recvmsg(p[1], &h, 0)); memcpy(&n, CMSG_DATA(CMSG_FIRSTHDR(&h)), sizeof n); write(n, "passed", 6); b[read(fds[0], b, 100)] = 0; puts(b);
  write(p[0], "abc", 3); write(p[0], "def", 3); show("peek", recv(p[1], b, 2, MSG_PEEK)); show("joined", recv(p[1], b, 100, 0)); show("again", recv(p[1], b, 1, MSG_DONTWAIT));
  shutdown(p[0], SHUT_WR); printf("poll %x\n", revents(p[1], POLLIN | POLLRDHUP)); show("eof", read(p[1], b, 1)); close(p[0]); printf("poll %x\n", revents(p[1], POLLIN | POLLOUT)); show("send", send(p[1], "x", 1, MSG_NOSIGNAL));
  struct sockaddr_un a = {AF_UNIX, "s"}; int l = socket(AF_UNIX, SOCK_SEQPACKET, 0), k = socket(AF_UNIX, SOCK_SEQPACKET, 0); show("refused", connect(k, (void *)&a, sizeof a)); bind(l, (void *)&a, sizeof a); show("bound twice", bind(k, (void *)&a, sizeof a));
  listen(l, 1); show("connect", connect(k, (void *)&a, sizeof a)); int s = accept(l, 0, 0); send(k, "12345", 5, 0); send(k, "67", 2, 0); show("cut", recv(s, b, 3, MSG_TRUNC)); show("next", recv(s, b, 100, 0)); unlink("s");
  struct ucred u; socklen_t len = sizeof u; getsockopt(s, SOL_SOCKET, SO_PEERCRED, &u, &len); printf("peer is me %d\n", u.pid == getpid());
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}; len = sizeof in; l = socket(AF_INET, SOCK_STREAM, 0); bind(l, (void *)&in, sizeof in); getsockname(l, (void *)&in, &len); listen(l, 5);
  k = socket(AF_INET, SOCK_STREAM, 0); show("tcp", connect(k, (void *)&in, sizeof in)); s = accept(l, 0, 0); write(k, "hello", 5); close(k); show("got", read(s, b, 100)); show("closed", read(s, b, 100)); close(l);
  k = socket(AF_INET, SOCK_STREAM, 0); close(s); show("nobody", connect(k, (void *)&in, sizeof in)); show("no family", socket(AF_APPLETALK, SOCK_DGRAM, 0)); show("bad type", socket(AF_UNIX, 9, 0));
}

static void terminal(void) {
  int m, s; char b[200], name[64]; struct winsize w = {24, 80, 0, 0}; openpty(&m, &s, name, 0, &w); printf("tty %d %d\n", isatty(s), isatty(m)); ioctl(s, TIOCGWINSZ, &w); printf("%dx%d\n", w.ws_row, w.ws_col);
  write(m, "ab\177c\r", 5); int n = read(s, b, 100); printf("line %d %.*s", n, n, b); n = read(m, b, 100); printf("echo %d:", n); for (int i = 0; i < n; i++) printf(" %02x", b[i]); puts("");
  write(m, "x\25yz\4", 5); show("eof mark", read(s, b, 100)); read(m, b, 100); write(m, "\4", 1); show("eof", read(s, b, 100));
  struct termios t; tcgetattr(s, &t); printf("flags %o %o %o %o\n", t.c_iflag, t.c_oflag, t.c_cflag & ~CBAUD, t.c_lflag); cfmakeraw(&t); t.c_cc[VMIN] = 0; t.c_cc[VTIME] = 1; tcsetattr(s, TCSANOW, &t); show("timed", read(s, b, 10)); write(m, "\3\r", 2); n = read(s, b, 10); printf("raw %d %02x %02x\n", n, b[0], b[1]);
  write(s, "a\n", 2); show("no opost", read(m, b, 10)); t.c_lflag |= ISIG; tcsetattr(s, TCSANOW, &t);
  fflush(stdout);
  pid_t p = fork(); if (p == 0) { setsid(); ioctl(s, TIOCSCTTY, 0); signal(SIGINT, SIG_DFL); int fd = open("/dev/tty", O_RDWR); write(fd, fd >= 0 && tcgetpgrp(fd) == getpid() ? "F" : "-", 1); pause(); }
  read(m, b, 1); printf("foreground %c\n", b[0]); write(m, "\3", 1); int st; waitpid(p, &st, 0); printf("killed by %d\n", WTERMSIG(st)); close(s); show("master", read(m, b, 1)); printf("poll %x\n", revents(m, POLLIN));
}

int main(void) {
  char dir[] = "/tmp/evXXXXXX"; mkdtemp(dir); chdir(dir);
  setvbuf(stdout, 0, _IOLBF, 0);
  pipes(); epolls(); timers(); watches(); sockets(); terminal();
  int m = memfd_create("mem", MFD_ALLOW_SEALING); write(m, "abc", 3); show("seal", fcntl(m, F_ADD_SEALS, F_SEAL_WRITE)); show("sealed", write(m, "d", 1));
  rmdir(dir); return 0;
}
