"""Events as they leave Ansible: announced to the runner, then shown between two marks."""

from __future__ import annotations

import base64
import contextlib
import datetime
import errno
import json
import os
import sys
import threading

from ansible.utils.display import Display

from .channel import go_on_unheard
from .event_json import encode

OMIT_DATA = os.environ.get("RUNNER_OMIT_EVENTS", "").lower() == "true"
ONLY_FAILED_DATA = os.environ.get("RUNNER_ONLY_FAILED_EVENTS", "").lower() == "true"
FAILED_EVENTS = frozenset(
    ("runner_on_failed", "runner_on_async_failed", "runner_item_on_failed")
)
MAX_RESULT = int(os.environ.get("MAX_EVENT_RES") or 700000)
JOB_NUMBERS = {
    key: int(os.environ[key.upper()])
    for key in ("job_id", "ad_hoc_command_id", "project_update_id")
    if os.environ.get(key.upper(), "").isdigit()
}
# Kinds of message that Ansible shows outside of its callbacks, the more telling one first.
MESSAGE_KINDS = ("debug", "verbose", "deprecated", "warning", "system_warning", "error")


def now():
    return datetime.datetime.now(datetime.timezone.utc)


class Context:
    """What is known while something is shown: shared by all threads, or of this thread only."""

    def __init__(self):
        self.shared = {}
        self._thread = threading.local()

    @property
    def own(self):
        if not hasattr(self._thread, "values"):
            self._thread.values = {}
        return self._thread.values

    @contextlib.contextmanager
    def during(self, **values):
        own = self.own
        own.update(values)
        try:
            yield
        finally:
            for key in values:
                own.pop(key, None)

    def merged(self):
        return {**self.shared, **self.own}


class Reporter:
    """Sends events and prints the marks around their text."""

    def __init__(self, channel):
        self.channel = channel
        self.context = Context()
        self.lock = getattr(Display(), "_lock", None) or threading.RLock()
        self._end = self._mark({"secret": channel.secret})

    @staticmethod
    def _mark(content):
        text = base64.b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()
        pieces = [text[start:start + 78] for start in range(0, len(text), 78)]
        return "\x1b[K%s\x1b[K" % "".join("%s\x1b[%dD" % (piece, len(piece)) for piece in pieces)

    @contextlib.contextmanager
    def event(self, stream, name=None, /, **values):
        """One event; what is printed to `stream` inside of the block is its text."""
        with self.lock, self.context.during(event=name, **values):
            event_uuid = self._announce()
            try:
                if stream is not sys.stdout:
                    sys.stdout.flush()
                stream.write(self._mark({"secret": self.channel.secret, "uuid": event_uuid}))
                try:
                    yield
                finally:
                    stream.write(self._end)
                    stream.flush()
            except OSError as error:
                # The terminal went away since the event was announced.
                if error.errno != errno.EIO:
                    raise
                go_on_unheard()

    def _announce(self):
        data = self.context.merged()
        name = data.pop("event", None)
        if name is None:
            name = next((kind for kind in MESSAGE_KINDS if data.get(kind)), "verbose")
        event_uuid = data["uuid"]
        event = {"event": name, **JOB_NUMBERS, "pid": os.getpid(), "created": now().isoformat()}
        parents = (data.get(key) for key in ("task_uuid", "play_uuid", "playbook_uuid"))
        parent = next((parent for parent in parents if parent and parent != event_uuid), None)
        if parent:
            event["parent_uuid"] = parent
        if "verbosity" in data:
            event["verbosity"] = data.pop("verbosity")
        stats = name == "playbook_on_stats"
        if OMIT_DATA or (ONLY_FAILED_DATA and name not in FAILED_EVENTS and not stats):
            if stats:
                # The runner's own summary needs them; it takes this key out again.
                event["runner_stats"] = data
            data = {}
        body = encode({**event, "event_data": data})
        if "res" in data and not stats and len(body) * 2 > MAX_RESULT and len(str(data["res"])) > MAX_RESULT:
            body = encode({**event, "event_data": {**data, "res": {}}})
        self.channel.send(event_uuid, body)
        return event_uuid
