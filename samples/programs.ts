// The programs that must behave under ktrace as they do natively. Adding one is one line: [name, argv or shell text, options].
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';

export interface ProgramCase {
  name: string;
  argv: string[];
  /** Programs that must be installed; the test is skipped with a message otherwise. */
  needs: string[];
  input?: string;
  /** Rewrites what may differ (pids, times) before the comparison. */
  mask?: (text: string) => string;
  cpus?: number;
  /** Why the host cannot say what is right, or ''. */
  unfit?: () => string;
}

type Options = Partial<Omit<ProgramCase, 'name' | 'argv'>>;
const sh = (name: string, script: string, o: Options = {}): ProgramCase => ({ name, argv: ['/bin/bash', '-c', script], needs: ['bash'], ...o });
const exe = (name: string, argv: string[], o: Options = {}): ProgramCase => ({ name, argv, needs: [argv[0]!], ...o });
const TEXT = 'the quick brown fox\njumps over\nthe lazy dog\n10\n9\n100\nthe end\n';

/** What a write after a read makes of the huge page of zeros is what it is since Linux 6.13. */
function hugePagesUnfit(): string {
  const [major, minor] = release().split('.').map(Number) as [number, number], file = '/sys/kernel/mm/transparent_hugepage/enabled';
  if (!existsSync(file) || readFileSync(file, 'latin1').includes('[never]')) return 'this host has huge pages off';
  return major > 6 || (major === 6 && minor >= 13) ? '' : 'this host has a Linux older than 6.13';
}

export const PROGRAMS: ProgramCase[] = [
  exe('true', ['/bin/true']),
  exe('false', ['/bin/false']),
  exe('echo', ['/bin/echo', 'hello', 'world']),
  exe('cat file', ['/bin/cat', '/etc/passwd']),
  exe('cat stdin', ['/bin/cat'], { input: TEXT }),
  exe('cat missing', ['/bin/cat', '/nonexistent']),
  exe('ls -la /etc', ['/bin/ls', '-la', '/etc']),
  exe('ls -U', ['/bin/ls', '-U', '/usr/bin']),
  exe('ls -li', ['/bin/ls', '-li', '/usr/share/doc/bash']),
  exe('wc', ['/usr/bin/wc', '/etc/passwd', '/etc/services']),
  exe('sort', ['/usr/bin/sort', '-n'], { input: TEXT }),
  exe('sort -r file', ['/usr/bin/sort', '-r', '/etc/services']),
  exe('head', ['/usr/bin/head', '-n', '3', '/etc/passwd']),
  exe('tail', ['/usr/bin/tail', '-n', '3', '/etc/passwd']),
  exe('cut', ['/usr/bin/cut', '-d:', '-f1,7', '/etc/passwd']),
  exe('tr', ['/usr/bin/tr', 'a-z', 'A-Z'], { input: TEXT }),
  exe('uniq', ['/usr/bin/uniq', '-c'], { input: 'a\na\nb\n' }),
  exe('seq', ['/usr/bin/seq', '1', '3', '1000']),
  exe('grep -r', ['/bin/grep', '-r', 'root', '/etc/passwd', '/etc/group', '/etc/default']),
  exe('sed', ['/bin/sed', '-e', 's/the/THE/g;$d'], { input: TEXT }),
  exe('awk', ['/usr/bin/awk', '{ n += NF; print NR": "$0 } END { print n, sqrt(2), sprintf("%.10f", exp(1)) }'], { input: TEXT }),
  exe('find', ['/usr/bin/find', '/etc/apt', '-type', 'f', '-name', '*.gpg', '-printf', '%p %s %m\n']),
  sh('xargs', 'seq 20 | xargs -n 3 echo line', { needs: ['xargs'] }),
  exe('sha256sum', ['/usr/bin/sha256sum', '/bin/bash']),
  sh('files in /tmp', 'cd /tmp && mkdir ktd.$PPID.x && cd ktd.$PPID.x && echo one > a && cp a b && ln b c && ln -s a d && mv a e && mkdir sub && mv e sub/ && ls -1F && cat b c && wc -c < sub/e && stat -c "%h %F %s" b && rm -r sub b && ls && cd .. && rm -rf ktd.$PPID.x'),
  exe('date', ['/bin/date', '-u', '-d', '@0']),
  exe('env', ['/usr/bin/env'], { mask: (t) => t.replace(/^_=.*\n/m, '') }),
  exe('id', ['/usr/bin/id']),
  exe('uname', ['/bin/uname', '-s', '-m', '-o']),
  exe('stat', ['/usr/bin/stat', '/etc/passwd'], { mask: (t) => t.replace(/^Access: \d.*$/m, '') }),
  exe('dd', ['/bin/dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=20000', 'status=none']),
  sh('pipeline', 'cat /etc/passwd | grep -v nologin | cut -d: -f1 | sort | head -5'),
  sh('subshell and variables', 'x=1; (x=2; echo in $x); echo out $x; y=$(echo sub; exit 3); echo $? $y'),
  sh('here-documents', 'cat <<EOF | tr a-z A-Z\nhere $((6*7))\nEOF\ncat <<< "string"'),
  sh('redirections', 'exec 3>/tmp/ktrace-redir-$$; echo three >&3; exec 3>&-; cat /tmp/ktrace-redir-$$; rm /tmp/ktrace-redir-$$; ls /nonexistent 2>&1 | wc -l; echo err >&2'),
  sh('globs', 'cd /etc && echo pass* host*; echo /usr/lib/x86_64-linux-gnu/libc.*'),
  sh('functions and arrays', 'f() { local a=("$@"); echo "${#a[@]} ${a[-1]}"; return 4; }; f 1 2 3; echo $?; declare -A m=([x]=1 [y]=2); echo "${m[x]}${m[y]}"'),
  sh('background jobs and wait', 'for i in 3 1 2; do (sleep 0.0$i; echo $i) & done; wait; echo done; false & wait $!; echo $?'),
  sh('traps', 'trap "echo bye" EXIT; trap "echo usr1" USR1; kill -USR1 $$; echo after; exit 9'),
  sh('killed by a signal', 'kill -TERM $$'),
  sh('arithmetic loop', 'for ((i=0;i<2000;i++)); do ((s+=i*i%7)); done; echo $s'),
  sh('process substitution', 'diff <(seq 3) <(seq 4)', { needs: ['diff'] }),
  sh('sigpipe', 'yes | head -2; echo "${PIPESTATUS[@]}"'),
  exe('dash', ['/bin/dash', '-c', 'for i in 1 2 3; do echo $i | sed s/2/two/; done; echo $(( 1 << 10 ))']),
  exe('busybox sh', ['/bin/busybox', 'sh', '-c', 'seq 5 | awk "{s+=\\$1} END {print s}"; ls -1 /etc/apt | sort -r; echo $((3*4))']),
  exe('sleep 100', ['/bin/sleep', '100'], { mask: () => '' }),
  exe('python3 print', ['/usr/bin/python3', '-c', 'print(sum(i*i for i in range(1000)), 2**100, 1/3)']),
  exe('python3 fork and pipe', ['/usr/bin/python3', '-c', 'import os\nr,w=os.pipe()\nif os.fork()==0:\n os.write(w,b"from child"); os._exit(3)\nprint(os.read(r,100), os.wait()[1]>>8)']),
  exe('python3 threads', ['/usr/bin/python3', '-c', 'import threading\nr=[]\nl=threading.Lock()\ndef f(i):\n for _ in range(200):\n  with l: r.append(i)\nt=[threading.Thread(target=f,args=(i,)) for i in range(4)]\n[x.start() for x in t];[x.join() for x in t]\nprint(len(r),sorted(set(r)))']),
  exe('python3 subprocess', ['/usr/bin/python3', '-c', 'import subprocess\nprint(subprocess.run(["sh","-c","echo out; echo err >&2; exit 5"],capture_output=True))']),
  exe('perl', ['/usr/bin/perl', '-e', 'my %h; $h{$_ % 7}++ for 1..1000; print join(",", map {"$_=$h{$_}"} sort keys %h), "\\n"; printf "%.3f\\n", atan2(1,1)*4; print scalar reverse("abc"), `echo sub`;']),
  sh('sqlite3', 'f=/tmp/ktrace-sq.$$; sqlite3 $f "create table t(a integer primary key, b text); begin; insert into t(b) values (\'x\'),(\'y\'),(\'z\'); commit; select count(*), group_concat(b) from t; update t set b=b||a; select * from t where a>1;"; rm -f $f', { needs: ['sqlite3'] }),
  sh('gcc', 'd=/tmp/ktrace-gcc.$PPID.d; mkdir $d && cd $d && printf \'#include <stdio.h>\\nint main(int c,char**v){printf("hello %%d\\\\n",c);return 3;}\\n\' > hello.c && gcc -O1 -o hello hello.c && ./hello a b; echo $?; cd /tmp; rm -rf $d', { needs: ['gcc'] }),
  sh('git', 'd=/tmp/ktrace-git.$PPID.d; export GIT_AUTHOR_DATE=@1000000000 GIT_COMMITTER_DATE=@1000000000 GIT_CONFIG_GLOBAL=/dev/null; mkdir $d && cd $d && git init -q -b main . && git config user.email a@b && git config user.name n && echo one > f && git add f && git commit -q -m first && echo two >> f && git commit -qam second && git log --oneline && git diff HEAD~1 --stat; git status -s; cd /tmp; rm -rf $d', { needs: ['git'] }),
  sh('tar, gzip, xz', 'd=/tmp/ktrace-tar.$PPID.d; mkdir $d && cd $d && cp /etc/services . && tar --sort=name --mtime=@0 --owner=0 --group=0 -czf a.tgz services && tar tzf a.tgz && gzip -9nc services | sha256sum && xz -kc services | sha256sum && xz services && xz -dc services.xz | cmp - /etc/services && echo same; cd /tmp; rm -rf $d', { needs: ['xz', 'tar'] }),
  exe('static glibc', ['build/samples/hello']),
  exe('musl', ['build/samples/hello-musl']),
  exe('fork and pipe', ['build/samples/fork-pipe']),
  exe('threads and a mutex', ['build/samples/threads-mutex']),
  exe('threads, 8 CPUs', ['build/samples/threads-mutex'], { cpus: 8 }),
  exe('file system errors', ['build/samples/fs-errors']),
  exe('SA_RESTART', ['build/samples/signal-restart']),
  exe('copy-on-write', ['build/samples/cow']),
  exe('fault storm', ['build/samples/fault-storm']),
  exe('segfault', ['build/samples/segfault']),
  exe('timer', ['build/samples/timer']),
  exe('nice levels', ['build/samples/nice-levels'], { mask: (t) => t.replace(/^\d\.\d{3}$/m, '') }),
  exe('file copy', ['build/samples/file-copy']),
  exe('shared mappings', ['build/samples/mmap-shared']),
  exe('exec chain', ['build/samples/exec-chain']),
  exe('process life', ['build/samples/process-life']),
  exe('process life, 4 CPUs', ['build/samples/process-life'], { cpus: 4 }),
  exe('edges of the kernel', ['build/samples/kernel-edges']),
  exe('address space', ['build/samples/address-space']),
  exe('huge pages', ['build/samples/huge-pages'], { unfit: hugePagesUnfit }),
  exe('CPU kernels', ['build/samples/cpu-kernels']),
  exe('pipes, events, sockets, terminal', ['build/samples/event-fds']),
  exe('pipes, events, sockets, terminal, 4 CPUs', ['build/samples/event-fds'], { cpus: 4 }),
  sh('named pipe', 'cd /tmp && mkfifo ktf$$ && (echo through > ktf$$ &) ; cat ktf$$; rm ktf$$'),
  sh('process substitution', 'diff <(printf "a\\nb\\n") <(printf "a\\nc\\n"); cat /dev/fd/3 3< <(echo three)'),
  sh('device files', 'head -c 5 /dev/zero | od -c; echo x > /dev/null; echo x > /dev/full; ls -l /dev/null /dev/zero /dev/full | cut -c1-10; readlink /dev/stdin; test -e /dev/tty && echo tty'),
  exe('python sockets', ['/usr/bin/python3', '-c', "import socket,threading\ns=socket.create_server(('127.0.0.1',0))\ndef f():\n c,_=s.accept(); c.sendall(c.recv(99).upper()); c.close()\nthreading.Thread(target=f).start()\nc=socket.create_connection(s.getsockname()); c.sendall(b'hello'); print(c.recv(99), c.recv(99))"]),
  // one port for both families, as redis-server and others listen: that of IPv6 takes IPv4's too unless it was told not to
  exe('IPv4 and IPv6 on one port', ['/usr/bin/python3', '-c', `import socket
def bind(family, address, only):
  s = socket.socket(family)
  if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
  try: s.bind(address)
  except OSError as e: return e.errno
  s.listen()
  return s
four = bind(socket.AF_INET, ('0.0.0.0', 0), 0)
port = four.getsockname()[1]
print(bind(socket.AF_INET6, ('::', port), 0), bind(socket.AF_INET6, ('::1', port), 0).getsockname()[0])
six = bind(socket.AF_INET6, ('::', port), 1)
print(six.family)
for f, a in (socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1'):
  c = socket.socket(f); c.connect((a, port)); print(c.getpeername()[0])
both = bind(socket.AF_INET6, ('::', 0), 0)
port = both.getsockname()[1]
print(bind(socket.AF_INET, ('127.0.0.1', port), 0))
try: both.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
except OSError as e: print(e)
`]),
  // sshd refuses connections with IP options
  exe('socket options that nobody set', ['/usr/bin/python3', '-c', `import socket
four, six = socket.socket(), socket.socket(socket.AF_INET6)
print(four.getsockopt(0, 4, 200), [four.getsockopt(0, n) for n in (2, 10, 33, 34)], [six.getsockopt(41, n) for n in (18, 19, 23)], four.getsockopt(6, 4), four.getsockopt(1, 25, 16))
for device in b'lo', b'', b'no-such':
  try: print(four.setsockopt(1, 25, device))
  except OSError as e: print(e)
try: four.getsockopt(41, 16)
except OSError as e: print(e)
`]),
  // getaddrinfo(3) sorts what it finds by the addresses from which it could be reached, and looks for them with one socket of IPv6
  exe('addresses that sockets choose', ['/usr/bin/python3', '-c', `import socket, ctypes
libc = ctypes.CDLL(None)
def unspec(s): return libc.connect(s.fileno(), b'\\0' * 16, 16)
def name(s): a = s.getsockname(); return a[0], a[1] != 0
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.connect(('::1', 9)); print(name(s))
s.connect(('::ffff:127.0.0.1', 9)); print(name(s))
print(unspec(s), name(s))
s.connect(('::ffff:127.0.0.1', 9)); print(name(s))
print(unspec(s), name(s))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('0.0.0.0', 0)); port = s.getsockname()[1]; print(name(s))
s.connect(('127.0.0.5', 9)); print(name(s))
print(unspec(s), name(s), s.getsockname()[1] == port)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('127.0.0.3', 0)); s.connect(('127.0.0.1', 9)); print(name(s))
print(unspec(s), name(s))
l = socket.create_server(('127.0.0.7', 0)); c = socket.create_connection(l.getsockname()); print(name(c), l.accept()[1][0])
print(sorted({(a[0].name, a[4][0]) for a in socket.getaddrinfo(None, 80, flags=socket.AI_PASSIVE)}), sorted({a[4][0] for a in socket.getaddrinfo(None, 80)}))
`]),
  // what a terminal-less job control script sees: a stopped child in the shell's own group, and a helper that ends meanwhile, hang up nobody
  sh('stop and continue', 'sleep 100 & p=$!; kill -STOP $p; /bin/true; sleep 0.05; ps -o stat= -p $p; kill -CONT $p; kill $p; wait $p; echo $?', { needs: ['ps'] }),
  sh('limits and umask', 'ulimit -a; umask; umask 077; f=/tmp/ktrace-um.$PPID; touch $f; stat -c %a $f; rm $f'),
  exe('socket as stdout', ['/usr/bin/python3', '-c', 'import os, socket\ns = socket.socket(fileno=os.dup(1))\nprint(s.family, s.type, repr(s.getsockname()), repr(s.getpeername()), flush=True)\ns.send(b"sent\\n"); s.sendmsg([b"a", b"b\\n"])']),
  exe('node', ['/usr/bin/node', '-e', 'console.log([1,2,3].map(x => x * 2)); setTimeout(() => console.log("later"), 900); require("child_process").exec("echo sub", (e, o) => process.stdout.write(o))']),
  sh('fallocate', 'f=/tmp/ktrace-fa.$PPID; fallocate -l 1M $f; du $f | cut -f1; fallocate -n -l 2M $f; stat -c %s $f; rm $f'),
  sh('killall', 'cp /bin/sleep /tmp/ktrace-sleeper; /tmp/ktrace-sleeper 100 & sleep 0.1; killall -0 ktrace-sleeper; echo $?; killall ktrace-sleeper; wait $!; echo $?; rm /tmp/ktrace-sleeper', { needs: ['killall'] }),
  exe('memory policies', ['build/samples/mempolicy']),
  exe('ptrace', ['build/samples/ptrace']),
  exe('ptrace, 4 CPUs', ['build/samples/ptrace'], { cpus: 4 }),
  sh('strace', 'strace -f -qq -e trace=execve,exit_group -e signal=none sh -c "cat /dev/null; (exit 3)" 2>&1 | sed "s/^.pid *[0-9]*. //; s/0x[0-9a-f]*/PTR/; s/[0-9]* vars/N vars/; s/ *= / = /"; strace -qq -e trace=getcwd -e inject=getcwd:error=EACCES /bin/pwd 2>&1 | grep -c INJECTED', { needs: ['strace'] }),
  sh('gdb', 'd=/tmp/ktrace-gdb.$PPID.d; mkdir $d && cd $d && cat > p.c <<"END"\n#include <stdio.h>\nint f(int x) { return x * 2; }\nint main(void) {\n  int s = 0;\n  for (int i = 0; i < 3; i++) s += f(i);\n  printf("%d\\n", s);\n  return 3;\n}\nEND\ngcc -g -o p p.c && gdb -batch -nx -ex "break f if x == 2" -ex run -ex bt -ex finish -ex "print i" -ex stepi -ex "print f(21)" -ex c ./p 2>&1 | sed "s/process [0-9]*/process N/"; cd /tmp; rm -rf $d', { needs: ['gdb', 'gcc'] }),
  sh('leak checker', 'd=/tmp/ktrace-lsan.$PPID.d; mkdir $d && cd $d && printf "#include <stdlib.h>\\nint main(int c, char **v) { char *volatile p = malloc(10); p = c > 1 ? p : (free(p), (char *)0); p = 0; return 0; }\\n" > p.c && gcc -fsanitize=address -o p p.c && ./p; echo $?; ./p leak 2>&1 | grep SUMMARY; ./p leak 2>/dev/null; echo $?; cd /tmp; rm -rf $d', { needs: ['gcc'] }),
  exe('System V IPC', ['build/samples/sysv-ipc']),
  exe('System V IPC, 4 CPUs', ['build/samples/sysv-ipc'], { cpus: 4 }),
  sh('ipcs', 'm=$(ipcmk -M 5000 | grep -o "[0-9]*$"); s=$(ipcmk -S 3 | grep -o "[0-9]*$"); ipcs -m -i $m | grep -oE "^bytes=[0-9]*|nattch=[0-9]*|mode=[0-7]*"; ipcs -s -i $s | grep -o "nsems = 3"; ipcrm -m $m -s $s; ipcs -m -i $m; ipcrm -m $m', { needs: ['ipcmk'], mask: (t) => t.replace(/\bid \(?\d+/g, (id) => id.replace(/\d+/, 'N')) }),
  sh('ip', 'ip addr show lo; ip -o link show lo; ip route show table local dev lo; ip -6 addr show lo; ip link show no-such-link; echo $?; ip route get 127.0.0.1 | grep -o "127.0.0.1 dev lo"', { needs: ['ip'] }),
  exe('process group', ['/usr/bin/python3', '-c', 'import os; os.setpgid(0, 0); print(os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid())']),
  exe('interfaces', ['/usr/bin/python3', '-c', 'import socket; print([x for x in socket.if_nameindex() if x[1] == "lo"], socket.if_nametoindex("lo"), sorted({a[4][0] for a in socket.getaddrinfo("127.0.0.1", 80)}))']),
];
