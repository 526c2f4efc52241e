"""The connection over which events reach the runner."""

from __future__ import annotations

import fcntl
import os
import socket
import stat

# A line of 32 hexadecimal digits.
SECRET_LENGTH = 33


def open_channel(path):
    """The way to the runner at `path`, which is a socket or, in containers, a pipe."""
    return Pipe(path) if stat.S_ISFIFO(os.stat(path).st_mode) else Channel(path)


def go_on_unheard():
    """Lets the play go on although the runner is gone, and with it whoever could read the output.

    Writing to its terminal would fail from now on, which Ansible takes badly: it waits for ever.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for output in (1, 2):
        os.dup2(nowhere, output)
    os.close(nowhere)


class Pipe:
    """A pipe to the runner, with a second one beside it in which the secret waits.

    Others of the same job may write to it too, so that each event is written under a lock.
    """

    def __init__(self, path):
        self._owner = os.getpid()
        # Two plugins may read at once, and each takes its own copy of the secret.
        secrets = os.open(path + ".secret", os.O_RDONLY)
        self.secret = os.read(secrets, SECRET_LENGTH).decode("ascii").strip()
        os.close(secrets)
        self._file = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        self._begun = False
        os.register_at_fork(after_in_child=self._close)

    def is_mine(self):
        return os.getpid() == self._owner

    def send(self, event_uuid, body):
        line = ("%s %s\n" % (event_uuid, body)).encode("ascii")
        # The first one ends what somebody who was killed may have left unfinished.
        rest = memoryview(line if self._begun else b"\n" + line)
        self._begun = True
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                while rest:
                    rest = rest[os.write(self._file, rest):]
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        except OSError:
            go_on_unheard()

    def _close(self):
        os.close(self._file)


class Channel:
    """The connection to the runner. Belongs to the process that opened it: forks never touch it."""

    def __init__(self, path):
        self._owner = os.getpid()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(60)
        self._socket.connect(path)
        with self._socket.makefile("r", encoding="ascii") as lines:
            self.secret = lines.readline().strip()
        if not self.secret:
            raise RuntimeError("the runner refused the event connection")
        self._socket.settimeout(None)
        os.register_at_fork(after_in_child=self._socket.close)

    def is_mine(self):
        return os.getpid() == self._owner

    def send(self, event_uuid, body):
        try:
            self._socket.sendall(("%s %s\n" % (event_uuid, body)).encode("ascii"))
        except OSError:
            go_on_unheard()
