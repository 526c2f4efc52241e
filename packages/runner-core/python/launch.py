"""Gives the command it ends up running a terminal of its own, and gets out of its way.

    python3 -I -S -E launch.py MASTER_FD ROWS COLUMNS PROGRAM ARGV0 [ARGUMENT ...]

MASTER_FD is an open master side of a pseudo terminal. The command becomes the leader of a new
session, with the slave side as controlling terminal and as standard input, output and error; echo
is off and SIGHUP is ignored. There is no process in between: the process id and the exit status
are the command's. A command that can't be started ends with status 127 (not found) or 126.
"""

import errno
import fcntl
import os
import signal
import struct
import sys
import termios

TIOCSPTLCK = 0x40045431
TIOCGPTN = 0x80045430


def open_slave(master):
    """Unlock and open the slave side that belongs to `master`, without adopting it yet."""
    fcntl.ioctl(master, TIOCSPTLCK, struct.pack("i", 0))
    (number,) = struct.unpack("i", fcntl.ioctl(master, TIOCGPTN, struct.pack("i", 0)))
    return os.open("/dev/pts/%d" % number, os.O_RDWR | os.O_NOCTTY)


def adopt_terminal(slave, rows, columns):
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    modes = termios.tcgetattr(slave)
    modes[3] &= ~termios.ECHO
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    for target in (0, 1, 2):
        os.dup2(slave, target)


def close_everything_else():
    try:
        numbers = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        numbers = range(3, 1024)
    for number in numbers:
        if number > 2:
            try:
                os.close(number)
            except OSError:
                pass


def main():
    master, rows, columns = (int(value) for value in sys.argv[1:4])
    program, arguments = sys.argv[4], sys.argv[5:]
    slave = open_slave(master)
    adopt_terminal(slave, rows, columns)
    close_everything_else()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execv(program, arguments)
    except OSError as problem:
        os.write(2, ("%s: %s\n" % (program, problem.strerror)).encode())
        os._exit(127 if problem.errno == errno.ENOENT else 126)


main()
