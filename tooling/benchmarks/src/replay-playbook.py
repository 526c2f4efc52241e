#!/usr/bin/env python3
"""Stands where ansible-playbook stands and replays events as fast as they are read.

Each runner gets them the way its own callback plugin sends them: over the socket that RUNNER_EVENT_SOCKET names, or
as one file an event. The number of events is REPLAY_EVENTS. Everything is made with as little work as possible, so
that the runner is what is measured.
"""
import base64
import os
import socket
import sys

EVENT = (
    '{"event": "runner_item_on_ok", "uuid": "%s", "pid": 1, "created": "2026-01-01T00:00:00.000000+00:00", '
    '"event_data": {"host": "localhost", "task": "t", "res": {"msg": "x%d"}}}'
)


def mark(content):
    text = base64.b64encode(content.encode()).decode()
    pieces = (text[at : at + 78] for at in range(0, len(text), 78))
    return "\x1b[K" + "".join("%s\x1b[%dD" % (piece, len(piece)) for piece in pieces) + "\x1b[K"


def main():
    path = os.environ.get("RUNNER_EVENT_SOCKET")
    if path:
        channel = socket.socket(socket.AF_UNIX)
        channel.connect(path)
        secret = channel.makefile("r").readline().strip()
        begin, end = '{"secret":"%s","uuid":"%%s"}' % secret, mark('{"secret":"%s"}' % secret)
    else:
        folder = os.path.join(os.environ["AWX_ISOLATED_DATA_DIR"], "job_events")
        os.makedirs(folder, exist_ok=True)
        begin, end = '{"uuid": "%s"}', mark("{}")
    for number in range(int(os.environ["REPLAY_EVENTS"])):
        ident = "00000000-0000-4000-8000-%012x" % number
        event = EVENT % (ident, number)
        if path:
            channel.sendall(("%s %s\n" % (ident, event)).encode())
        else:
            partial = "%s/%s-partial.json" % (folder, ident)
            with open(partial + ".tmp", "w") as file:
                file.write(event)
            os.rename(partial + ".tmp", partial)
        sys.stdout.write("%sok: [localhost] => (item=%d)\n%s" % (mark(begin % ident), number, end))
    sys.stdout.flush()


main()
