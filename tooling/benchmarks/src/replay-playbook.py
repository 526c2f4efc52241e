#!/usr/bin/env python3
"""Stands where ansible-playbook stands and replays events as fast as they are read.

Each runner gets them the way its own callback plugin sends them: over the socket that RUNNER_EVENT_SOCKET names, or
as one file an event. The number of events is REPLAY_EVENTS.
"""
import base64
import json
import os
import socket
import sys
import uuid


def mark(content):
    text = base64.b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()
    pieces = (text[at : at + 78] for at in range(0, len(text), 78))
    return "\x1b[K" + "".join("%s\x1b[%dD" % (piece, len(piece)) for piece in pieces) + "\x1b[K"


def main():
    path = os.environ.get("RUNNER_EVENT_SOCKET")
    if path:
        channel = socket.socket(socket.AF_UNIX)
        channel.connect(path)
        lines = channel.makefile("rwb")
        extra = {"secret": lines.readline().decode().strip()}
    else:
        folder = os.path.join(os.environ["AWX_ISOLATED_DATA_DIR"], "job_events")
        os.makedirs(folder, exist_ok=True)
        extra = {}
    for number in range(int(os.environ["REPLAY_EVENTS"])):
        ident = str(uuid.uuid4())
        event = {
            "event": "runner_item_on_ok",
            "uuid": ident,
            "created": "2026-01-01T00:00:00.000000+00:00",
            "pid": os.getpid(),
            "event_data": {"host": "localhost", "task": "t", "res": {"msg": "x%d" % number}},
        }
        if path:
            lines.write(("%s %s\n" % (ident, json.dumps(event))).encode())
            lines.flush()
        else:
            partial = os.path.join(folder, "%s-partial.json" % ident)
            with open(partial + ".tmp", "w") as file:
                json.dump(event, file)
            os.rename(partial + ".tmp", partial)
        sys.stdout.write(mark({**extra, "uuid": ident}) + "ok: [localhost] => (item=%d)\n" % number + mark(extra))
    sys.stdout.flush()


main()
