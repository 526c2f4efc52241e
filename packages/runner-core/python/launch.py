"""Gives the command it ends up running a terminal of its own, and gets out of its way.

    python3 -I -S -E launch.py MASTER_FD COMMAND_FD ROWS COLUMNS

MASTER_FD is an open master side of a pseudo terminal. From COMMAND_FD come, each with a null character
after it but the last: working folder, path of the program, number of arguments, the arguments (the
first is the name of the command), variables as NAME=VALUE, and the word "end". Without that word, nobody
wants a command any more. The command becomes the leader of a new
session, with the slave side as controlling terminal and as standard input, output and error; echo
is off and SIGHUP is ignored. There is no process in between: the process id and the exit status
are the command's. A command that can't be started ends with status 127 (not found) or 126.
"""

# The built-in modules instead of os, signal and struct: importing those takes longer than all the rest.
import _signal
import errno
import fcntl
import posix
import sys
import termios

TIOCSPTLCK = 0x40045431
TIOCGPTN = 0x80045430

# Descriptors above are not looked for where nothing lists those that are open.
MAX_DESCRIPTORS = 65536


def open_slave(master):
    """Unlock and open the slave side that belongs to `master`, without adopting it yet."""
    fcntl.ioctl(master, TIOCSPTLCK, bytes(4))
    number = int.from_bytes(fcntl.ioctl(master, TIOCGPTN, bytes(4)), sys.byteorder)
    return posix.open("/dev/pts/%d" % number, posix.O_RDWR | posix.O_NOCTTY)


def set_up(slave, rows, columns):
    """Give a terminal its size, and turn echo off."""
    size = b"".join(value.to_bytes(2, sys.byteorder) for value in (rows, columns, 0, 0))
    fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
    modes = termios.tcgetattr(slave)
    modes[3] &= ~termios.ECHO
    termios.tcsetattr(slave, termios.TCSANOW, modes)


def adopt_terminal(slave):
    """Become leader of a session with that terminal, which becomes standard input, output and error too."""
    posix.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for target in (0, 1, 2):
        posix.dup2(slave, target)


def open_descriptors():
    """Those that are open; None where nothing lists them. /dev/fd lists three of them on some systems."""
    if posix.environ.get(b"RECEPTORJS_PORTABLE") == b"1":
        return None
    try:
        return [int(name) for name in posix.listdir("/proc/self/fd")]
    except OSError:
        return None


def close_everything_else():
    numbers = open_descriptors()
    if numbers is None:
        limit = posix.sysconf("SC_OPEN_MAX")
        posix.closerange(3, MAX_DESCRIPTORS if limit < 0 else min(limit, MAX_DESCRIPTORS))
        return
    for number in numbers:
        if number > 2:
            try:
                posix.close(number)
            except OSError:
                pass


def read_command(source):
    pieces = []
    while True:
        piece = posix.read(source, 65536)
        if not piece:
            break
        pieces.append(piece)
    words = b"".join(pieces).split(b"\0")
    if words[-1] != b"end":
        posix._exit(0)
    cwd, program, count = words[:3]
    last = 3 + int(count)
    variables = dict(word.split(b"=", 1) for word in words[last:-1])
    return cwd, program, words[3:last], variables


def become(cwd, program, arguments, variables):
    """Run the program in place of this process, with nothing open but its terminal."""
    close_everything_else()
    _signal.signal(_signal.SIGHUP, _signal.SIG_IGN)
    _signal.signal(_signal.SIGPIPE, _signal.SIG_DFL)
    try:
        posix.chdir(cwd)
        posix.execve(program, arguments, variables)
    except OSError as problem:
        posix.write(2, b"%s: %s\n" % (program, problem.strerror.encode()))
        posix._exit(127 if problem.errno == errno.ENOENT else 126)


def main():
    master, source, rows, columns = (int(value) for value in sys.argv[1:5])
    slave = open_slave(master)
    adopt_terminal(slave)
    set_up(slave, rows, columns)
    become(*read_command(source))


if __name__ == "__main__":
    main()
