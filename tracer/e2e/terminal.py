# A scripted terminal: starts a command on a PTY, then plays steps `expect TEXT` / `send TEXT` / `size ROWSxCOLUMNS` read as JSON from argv[1]. Prints the transcript as JSON.
import fcntl, json, os, pty, select, struct, sys, termios, time
steps, argv = json.loads(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(argv[0], argv)
out, seen, ok = b'', 0, True
def pump(seconds):
    global out
    r, _, _ = select.select([fd], [], [], seconds)
    if not r: return True
    try: data = os.read(fd, 65536)
    except OSError: return False
    out += data
    return bool(data)
for kind, text in steps:
    data = text.encode('latin1')
    if kind == 'send':
        os.write(fd, data)
    elif kind == 'size':
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', *map(int, text.split('x')), 0, 0))
    else:
        end = time.time() + 30
        while out.find(data, seen) < 0 and time.time() < end:
            if not pump(0.2): break
        at = out.find(data, seen)
        if at < 0: ok = False; break
        seen = at + len(data)
end = time.time() + 30
while time.time() < end and pump(0.5): pass
_, status = os.waitpid(pid, os.WNOHANG)
while _ == 0 and time.time() < end:
    time.sleep(0.02)
    _, status = os.waitpid(pid, os.WNOHANG)
if _ == 0:
    os.kill(pid, 9); os.waitpid(pid, 0); status = -1
print(json.dumps({'ok': ok, 'transcript': out.decode('latin1'), 'status': os.waitstatus_to_exitcode(status) if status >= 0 else -1}))
