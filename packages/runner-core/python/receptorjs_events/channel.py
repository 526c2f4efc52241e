"""The connection over which events reach the runner."""

from __future__ import annotations

import os
import socket


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
            # The runner is gone, and with it whoever could read the output: the play goes on.
            pass
