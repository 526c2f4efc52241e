"""Runs a command on a terminal of its own, and stands between that terminal and the runner.

    python3 -I -S -E relay.py CHANNEL_FD CONTROL_FD ROWS COLUMNS

For systems on which the runner can't open a terminal itself: see launch.py, which is used on Linux and has no
process in between. Both descriptors are sockets. From CONTROL_FD comes the command, as for launch.py; lines go back over it:
`pid NUMBER TERMINAL` when there is a process, which is the command's, and `code NUMBER` or `signal NUMBER` as soon as that has
ended, or `failed REASON` instead of all this. What the command prints goes to CHANNEL_FD, and what comes from there is
typed. After the end of the command the rest of its output is passed on, and CHANNEL_FD is closed. When the
other side closes it, nobody is left who wants anything, and this process ends; with it goes the terminal.
"""

import _signal
import fcntl
import posix
import select
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, __file__.rpartition("/")[0])

import launch  # noqa: E402

# Bytes that wait for the other side; while there are as many, no more are read.
MAX_WAITING = 65536
# Most bytes that are passed on after the end of the command, in case others go on writing.
MAX_REST = 4 * 1024 * 1024


def set_nonblocking(*descriptors):
    for descriptor in descriptors:
        flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | posix.O_NONBLOCK)


def read_some(descriptor):
    """What is there; nothing at the end, and None when there is nothing yet."""
    try:
        return posix.read(descriptor, MAX_WAITING)
    except BlockingIOError:
        return None
    except OSError:
        # Linux gives EIO at the end of a terminal, and a socket may be reset.
        return b""


def write_some(descriptor, waiting):
    try:
        del waiting[:posix.write(descriptor, waiting)]
    except BlockingIOError:
        pass


class Relay:
    """The terminal's side that is not the command's. Owns what waits to be passed on."""

    def __init__(self, master, channel, woken):
        self._master = master
        self._channel = channel
        # Becomes readable at each SIGCHLD.
        self._woken = woken
        self._open = True
        self._output = bytearray()
        self._typed = bytearray()

    def until_end(self, pid):
        """Pass on until the command has ended; its status. Ends this process when nobody is there any more."""
        while True:
            ended, status = posix.waitpid(pid, posix.WNOHANG)
            if ended:
                return status
            readers = [self._channel, self._woken]
            if self._open and len(self._output) < MAX_WAITING:
                readers.append(self._master)
            readable = self._wait(readers)
            if self._woken in readable:
                read_some(self._woken)
            if self._master in readable:
                piece = read_some(self._master)
                self._open = piece != b""
                self._output += piece or b""

    def pass_rest(self):
        """Pass on what is left in the terminal, until there is nothing or it is closed."""
        given = 0
        while given < MAX_REST:
            if len(self._output) >= MAX_WAITING:
                self._wait([self._channel])
                continue
            piece = read_some(self._master)
            if not piece:
                break
            given += len(piece)
            self._output += piece
        while self._output:
            self._wait([self._channel])

    def _wait(self, readers):
        writers = [self._channel] if self._output else []
        if self._typed:
            writers.append(self._master)
        readable, writable, _ = select.select(readers, writers, [])
        if self._channel in readable:
            typed = read_some(self._channel)
            if typed == b"":
                posix._exit(0)
            self._typed += typed or b""
        if self._channel in writable:
            write_some(self._channel, self._output)
        if self._master in writable:
            write_some(self._master, self._typed)
        return readable


def start(slave, command):
    pid = posix.fork()
    if pid == 0:
        _signal.set_wakeup_fd(-1)
        for number in (_signal.SIGCHLD,) + LEFT_TO_COMMAND:
            _signal.signal(number, _signal.SIG_DFL)
        launch.adopt_terminal(slave)
        launch.become(*command)
    return pid


# Whoever ends a whole tree sends these to this process too, which ends with the command.
LEFT_TO_COMMAND = (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP, _signal.SIGQUIT)


def main():
    channel, control, rows, columns = (int(value) for value in sys.argv[1:5])
    for number in LEFT_TO_COMMAND:
        _signal.signal(number, _signal.SIG_IGN)

    def report(text):
        posix.write(control, b"%s\n" % text.encode())

    try:
        master, slave = posix.openpty()
        launch.set_up(slave, rows, columns)
        command = launch.read_command(control)
        woken, wakes = posix.pipe()
        set_nonblocking(master, channel, woken, wakes)
        _signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        _signal.signal(_signal.SIGCHLD, lambda *_: None)
        pid = start(slave, command)
    except Exception as problem:
        report("failed %s" % str(problem).replace("\n", " "))
        posix._exit(1)
    try:
        # The slave side stays open here, or some systems would throw away what is left in the terminal at the end.
        report("pid %d %s" % (pid, posix.ttyname(slave)))
        relay = Relay(master, channel, woken)
        status = relay.until_end(pid)
        if posix.WIFSIGNALED(status):
            report("signal %d" % posix.WTERMSIG(status))
        else:
            report("code %d" % posix.WEXITSTATUS(status))
        relay.pass_rest()
    except (BrokenPipeError, ConnectionResetError):
        pass
    posix._exit(0)


main()
