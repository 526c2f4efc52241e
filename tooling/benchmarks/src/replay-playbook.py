#!/usr/bin/env python3
"""Stands where ansible-playbook stands and replays events as fast as they are read.

Each runner gets them the way its own callback plugin sends them: over the socket that RUNNER_EVENT_SOCKET names, or
as one file an event. The number of events is REPLAY_EVENTS. Everything is made with as little work as possible, so
that the runner is what is measured: of what is the same in all marks the base64 is made once.
"""
import base64
import os
import socket
import sys

EVENT = (
    '{"event": "runner_item_on_ok", "uuid": "%s", "pid": 1, "created": "2026-01-01T00:00:00.000000+00:00", '
    '"event_data": {"host": "localhost", "task": "t", "res": {"msg": "x%d"}}}'
)
IDENT = "00000000-0000-4000-8000-"
PIECE = 78


def mark(text):
    pieces = (text[at : at + PIECE] for at in range(0, len(text), PIECE))
    return "\x1b[K" + "".join("%s\x1b[%dD" % (piece, len(piece)) for piece in pieces) + "\x1b[K"


def encoded(content):
    return base64.b64encode(content.encode()).decode()


def begin_marks(before):
    """What makes the mark of a number, of JSON that has this before the uuid."""
    before += '"' + IDENT
    same = len(before) // 3 * 3
    head, rest = encoded(before[:same]), before[same:]
    whole = mark(head + len(encoded('%s%012x"}' % (rest, 0))) * "%")
    first, _, last = whole.partition("%")
    last = last.lstrip("%")
    return lambda number: first + encoded('%s%012x"}' % (rest, number)) + last


def main():
    path = os.environ.get("RUNNER_EVENT_SOCKET")
    if path:
        channel = socket.socket(socket.AF_UNIX)
        channel.connect(path)
        secret = channel.makefile("r").readline().strip()
        begin, end = begin_marks('{"secret":"%s","uuid":' % secret), mark(encoded('{"secret":"%s"}' % secret))
    else:
        folder = os.path.join(os.environ["AWX_ISOLATED_DATA_DIR"], "job_events")
        os.makedirs(folder, exist_ok=True)
        begin, end = begin_marks('{"uuid": '), mark(encoded("{}"))
    for number in range(int(os.environ["REPLAY_EVENTS"])):
        ident = "%s%012x" % (IDENT, number)
        event = EVENT % (ident, number)
        if path:
            channel.sendall(("%s %s\n" % (ident, event)).encode())
        else:
            partial = "%s/%s-partial.json" % (folder, ident)
            with open(partial + ".tmp", "w") as file:
                file.write(event)
            os.rename(partial + ".tmp", partial)
        sys.stdout.write("%sok: [localhost] => (item=%d)\n%s" % (begin(number), number, end))
    sys.stdout.flush()


main()
