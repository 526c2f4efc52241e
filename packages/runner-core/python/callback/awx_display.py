"""Ansible stdout callback that hands every event of a run to the runner that started it.

The runner names a unix socket in RUNNER_EVENT_SOCKET. On connecting, the runner sends one line, the
secret of this run. From then on every event goes over the socket as one line, `UUID JSON`, before
its text is printed; on the terminal the text stands between two marks that carry the secret:

    mark  = ESC[K piece... ESC[K
    piece = base64 (at most 78 characters) ESC[<length of the piece>D

A begin mark encodes {"secret": S, "uuid": U}, an end mark {"secret": S}. Terminals show nothing of
them. Text that only looks like a mark is text to the runner, because it does not know the secret.

Without RUNNER_EVENT_SOCKET the plugin behaves as the callback it is built on.
"""

from __future__ import annotations

import base64
import configparser
import contextlib
import datetime
import functools
import inspect
import json
import math
import os
import socket
import sys
import threading
import uuid
from collections.abc import Mapping, Sequence, Set

from ansible import constants as C
from ansible.plugins.loader import callback_loader
from ansible.utils.display import Display

DOCUMENTATION = """
name: awx_display
type: stdout
short_description: Hands the events of a run to the runner that started it
version_added: "2.0"
description:
  - Prints what the callback it is built on prints, and tells the runner which event the text belongs to.
  - Set by the runner; there is nothing to configure.
requirements:
  - Set as stdout callback by the runner.
"""

AD_HOC = bool(os.environ.get("AD_HOC_COMMAND_ID"))
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
HIDDEN = "the output has been hidden due to the fact that 'no_log: true' was specified for this result"
FACT_ACTIONS = frozenset(
    prefix + name
    for prefix in ("", "ansible.builtin.", "ansible.legacy.")
    for name in ("setup", "gather_facts")
)
# Kinds of message that Ansible shows outside of its callbacks, the more telling one first.
MESSAGE_KINDS = ("debug", "verbose", "deprecated", "warning", "system_warning", "error")


def base_callback_name():
    """The stdout callback the user asked for: by environment, by ansible.cfg, else Ansible's own."""
    asked = os.environ.get("ORIGINAL_STDOUT_CALLBACK")
    if not asked and not AD_HOC and C.CONFIG_FILE:
        settings = configparser.ConfigParser(interpolation=None, strict=False, inline_comment_prefixes=(";",))
        with contextlib.suppress(configparser.Error, OSError, UnicodeDecodeError):
            settings.read(C.CONFIG_FILE, encoding="utf-8")
            asked = settings.get("defaults", "stdout_callback", fallback=None)
    return asked or ("minimal" if AD_HOC else "default")


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def plain(value, depth=0):
    """`value` rebuilt out of what JSON knows, for whatever the encoder alone would refuse."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if hasattr(value, "_ciphertext") or isinstance(value, (bytes, datetime.date)):
        return foreign(value)
    if depth > 100:
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (Sequence, Set)):
        return [plain(item, depth + 1) for item in value]
    return foreign(value)


def foreign(value):
    """What stands in JSON for an object that is no JSON type."""
    secret = getattr(value, "_ciphertext", None)
    if secret is not None:
        return {"__ansible_vault": secret.decode() if isinstance(secret, bytes) else secret}
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (Mapping, Sequence, Set)):
        return plain(value)
    return str(value)


def encode(value):
    try:
        return json.dumps(value, default=foreign, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return json.dumps(plain(value))


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
            if stream is not sys.stdout:
                sys.stdout.flush()
            stream.write(self._mark({"secret": self.channel.secret, "uuid": event_uuid}))
            try:
                yield
            finally:
                stream.write(self._end)
                stream.flush()

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


def patch_display(reporter):
    """Makes everything that Ansible shows outside of callbacks an event of its own."""

    def named(method, key):
        @functools.wraps(method)
        def wrapper(*args, **kwargs):
            _skip_stackwalk = True  # ansible-core 2.19 and later: blame the caller, not this frame
            with reporter.context.during(**{key: True}):
                return method(*args, **kwargs)

        return wrapper

    levels = ("v", "vv", "vvv", "vvvv", "vvvvv", "vvvvvv", "verbose")
    for name, method in list(vars(Display).items()):
        if not inspect.isfunction(method) or "cow" in name or "prompt" in name:
            continue
        if name in ("_warning", "_deprecated", "_error"):
            setattr(Display, name, named(method, name[1:]))
        elif not name.startswith("_") and name != "display" and name not in levels:
            setattr(Display, name, named(method, name))

    show_verbose = Display.verbose

    @functools.wraps(show_verbose)
    def verbose(self, msg, host=None, caplevel=2, **kwargs):
        values = {"verbose": True, "verbosity": caplevel + 1}
        if host is not None:
            values["remote_addr"] = host
        with reporter.context.during(**values):
            return show_verbose(self, msg, host=host, caplevel=caplevel, **kwargs)

    Display.verbose = verbose

    show = Display.display
    positions = {name: index for index, name in enumerate(inspect.signature(show).parameters)}

    def argument(name, args, kwargs):
        position = positions.get(name, len(args))
        return args[position] if position < len(args) else kwargs.get(name, False)

    @functools.wraps(show)
    def display(*args, **kwargs):
        if not reporter.channel.is_mine():
            # A forked worker: Ansible forwards its messages to this plugin in the parent.
            return show(*args, **kwargs)
        to_stderr = argument("stderr", args, kwargs)
        with reporter.lock:
            if argument("log_only", args, kwargs):
                return show(*args, **kwargs)
            if "uuid" in reporter.context.own:
                if not to_stderr:
                    return show(*args, **kwargs)
                # Keeps the order of what one event prints to both streams.
                sys.stdout.flush()
                try:
                    return show(*args, **kwargs)
                finally:
                    sys.stderr.flush()
            with reporter.event(sys.stderr if to_stderr else sys.stdout, uuid=str(uuid.uuid4())):
                return show(*args, **kwargs)

    Display.display = display


def connect():
    path = os.environ.pop("RUNNER_EVENT_SOCKET", None)
    if not path:
        return None
    reporter = Reporter(Channel(path))
    patch_display(reporter)
    return reporter


BASE_NAME = base_callback_name()
BASE = callback_loader.get(BASE_NAME, class_only=True)
if BASE is None:
    raise RuntimeError("the stdout callback '%s' can't be found" % BASE_NAME)
REPORTER = connect()


def host_of(result):
    return getattr(result, "host", None) or result._host


def task_of(result):
    return getattr(result, "task", None) or result._task


def data_of(result):
    data = getattr(result, "result", None)
    return result._result if data is None else data


def shown_result(data):
    """The result as an event may carry it: what must stay hidden is hidden."""
    if not data:
        return data
    if data.get("_ansible_no_log"):
        return {"censored": HIDDEN}
    items = data.get("results")
    if isinstance(items, list) and any(isinstance(item, Mapping) and item.get("_ansible_no_log") for item in items):
        hidden = [
            {"censored": HIDDEN} if isinstance(item, Mapping) and item.get("_ansible_no_log") else item
            for item in items
        ]
        return {**data, "results": hidden}
    return data


def drop_environment(task, data):
    """Gathered facts name the environment of the managed host; it is neither shown nor recorded."""
    if task.action not in FACT_ACTIONS and getattr(task, "resolved_action", None) not in FACT_ACTIONS:
        return
    items = data.get("results")
    for one in [data, *(items if isinstance(items, list) else [])]:
        facts = one.get("ansible_facts") if isinstance(one, Mapping) else None
        if isinstance(facts, dict):
            facts.pop("ansible_env", None)


def about_task(task):
    values = {
        "task": task.name or task.action,
        "task_uuid": str(task._uuid),
        "task_action": task.action,
        "resolved_action": getattr(task, "resolved_action", task.action),
        "task_args": "",
    }
    with contextlib.suppress(AttributeError):
        values["task_path"] = task.get_path()
    if C.DISPLAY_ARGS_TO_STDOUT:
        values["task_args"] = HIDDEN if task.no_log else ", ".join("%s=%s" % pair for pair in task.args.items())
    role = getattr(task, "_role", None)
    if role:
        name = role._role_name
        resolved = role.get_name()
        if resolved != name:
            values["resolved_role"] = resolved
    else:
        name = getattr(task, "role_name", "")
    if name:
        values["role"] = name
    return values


def about_play(play):
    hosts = getattr(play, "hosts", "")
    pattern = ",".join(hosts) if isinstance(hosts, list) else hosts
    return (play.get_name().strip() or pattern), pattern


class Repeats:
    """Ansible shows one play or task several times under the same id; every showing gets its own."""

    def __init__(self):
        self._seen = {}

    def unique(self, identity):
        times = self._seen[identity] = self._seen.get(identity, 0) + 1
        return identity if times == 1 else "%s_%d" % (identity, times)


PLAY_KEYS = ("play", "play_uuid", "play_pattern")
TASK_KEYS = (
    "task", "task_path", "task_uuid", "task_action", "task_args", "resolved_action", "role", "resolved_role",
)


class CallbackModule(BASE):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "awx_display"

    def __init__(self):
        super().__init__()
        self._playbook_uuid = str(uuid.uuid4())
        self._plays = Repeats()
        self._tasks = Repeats()
        self._started = {}

    def set_options(self, *args, **kwargs):
        # The options of the callback underneath are this one's options as well.
        of_base = C.config.get_configuration_definitions("callback", BASE._load_name)
        own = C.config.get_configuration_definitions("callback", self._load_name)
        C.config.initialize_plugin_configuration_definitions("callback", self._load_name, {**of_base, **own})
        return super().set_options(*args, **kwargs)

    def _event(self, event_name, task=None, /, **values):
        if REPORTER is None or not REPORTER.channel.is_mine():
            return contextlib.nullcontext()
        values.setdefault("uuid", str(uuid.uuid4()))
        if "res" in values:
            values["res"] = shown_result(values["res"])
        if task is not None:
            values.update(about_task(task))
        return REPORTER.event(sys.stdout, event_name, **values)

    @staticmethod
    def _now_showing(keys, values):
        if REPORTER is not None:
            for key in keys:
                REPORTER.context.shared.pop(key, None)
            REPORTER.context.shared.update(values)

    def _task_event(self, task, is_conditional, event_uuid):
        self._now_showing(TASK_KEYS, about_task(task))
        return self._event(
            "playbook_on_task_start", task, name=task.get_name(), is_conditional=is_conditional, uuid=event_uuid
        )

    def _result_event(self, event_name, result, /, **values):
        return self._event(event_name, task_of(result), host=host_of(result).get_name(), **values)

    def _timing(self, result):
        start = self._started.get(host_of(result).get_name())
        if start is None:
            return {"start": None, "end": None, "duration": None}
        end = now()
        return {"start": start, "end": end, "duration": (end - start).total_seconds()}

    def v2_playbook_on_start(self, playbook):
        about = {"playbook": getattr(playbook, "_file_name", "???"), "playbook_uuid": self._playbook_uuid}
        self._now_showing(PLAY_KEYS + TASK_KEYS, about)
        with self._event("playbook_on_start", uuid=self._playbook_uuid):
            super().v2_playbook_on_start(playbook)

    def v2_playbook_on_vars_prompt(self, varname, private=True, prompt=None, encrypt=None, confirm=False,
                                   salt_size=None, salt=None, default=None, unsafe=None):
        with self._event(
            "playbook_on_vars_prompt", varname=varname, private=private, prompt=prompt, encrypt=encrypt,
            confirm=confirm, salt_size=salt_size, salt=salt, default=default, unsafe=unsafe,
        ):
            super().v2_playbook_on_vars_prompt(
                varname, private, prompt, encrypt, confirm, salt_size, salt, default
            )

    def v2_playbook_on_include(self, included_file):
        with self._event("playbook_on_include", included_file=getattr(included_file, "_filename", None)):
            super().v2_playbook_on_include(included_file)

    def v2_playbook_on_play_start(self, play):
        if AD_HOC:
            return
        play._uuid = self._plays.unique(str(play._uuid))
        name, pattern = about_play(play)
        self._now_showing(
            PLAY_KEYS + TASK_KEYS, {"play": name, "play_uuid": str(play._uuid), "play_pattern": pattern}
        )
        with self._event("playbook_on_play_start", name=name, pattern=pattern, uuid=str(play._uuid)):
            super().v2_playbook_on_play_start(play)

    def v2_playbook_on_task_start(self, task, is_conditional):
        if AD_HOC:
            self._now_showing(TASK_KEYS, about_task(task))
            return
        with self._task_event(task, is_conditional, self._tasks.unique(str(task._uuid))):
            super().v2_playbook_on_task_start(task, is_conditional)

    def v2_playbook_on_cleanup_task_start(self, task):
        with self._task_event(task, True, self._tasks.unique(str(task._uuid))):
            super().v2_playbook_on_cleanup_task_start(task)

    def v2_playbook_on_handler_task_start(self, task):
        with self._task_event(task, True, self._tasks.unique(str(task._uuid))):
            super().v2_playbook_on_handler_task_start(task)

    def v2_playbook_on_no_hosts_matched(self):
        with self._event("playbook_on_no_hosts_matched"):
            super().v2_playbook_on_no_hosts_matched()

    def v2_playbook_on_no_hosts_remaining(self):
        with self._event("playbook_on_no_hosts_remaining"):
            super().v2_playbook_on_no_hosts_remaining()

    def v2_playbook_on_notify(self, handler, host):
        with self._event("playbook_on_notify", host=host.get_name(), handler=handler.get_name()):
            super().v2_playbook_on_notify(handler, host)

    def v2_playbook_on_stats(self, stats):
        self._now_showing(PLAY_KEYS + TASK_KEYS, {})
        counted = ("changed", "dark", "failures", "ignored", "ok", "processed", "rescued", "skipped")
        counts = {key: getattr(stats, key, {}) for key in counted}
        with self._event("playbook_on_stats", **counts, artifact_data=stats.custom.get("_run", {})):
            super().v2_playbook_on_stats(stats)

    def v2_runner_on_start(self, host, task):
        self._started[host.get_name()] = now()
        with self._event("runner_on_start", task, host=host.get_name()):
            super().v2_runner_on_start(host, task)

    def v2_runner_on_ok(self, result):
        task = task_of(result)
        drop_environment(task, data_of(result))
        with self._result_event(
            "runner_on_ok", result, remote_addr=host_of(result).address, res=data_of(result),
            **self._timing(result), event_loop=task.loop_with,
        ):
            super().v2_runner_on_ok(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        task = task_of(result)
        drop_environment(task, data_of(result))
        with self._result_event(
            "runner_on_failed", result, remote_addr=host_of(result).address, res=data_of(result),
            **self._timing(result), ignore_errors=ignore_errors, event_loop=task.loop_with,
        ):
            super().v2_runner_on_failed(result, ignore_errors)

    def v2_runner_on_skipped(self, result):
        with self._result_event(
            "runner_on_skipped", result, remote_addr=host_of(result).address,
            **self._timing(result), event_loop=task_of(result).loop_with,
        ):
            super().v2_runner_on_skipped(result)

    def v2_runner_on_unreachable(self, result):
        with self._result_event(
            "runner_on_unreachable", result, remote_addr=host_of(result).address,
            **self._timing(result), res=data_of(result),
        ):
            super().v2_runner_on_unreachable(result)

    def _async_event(self, name, result):
        data = data_of(result)
        return self._result_event(name, result, res=data, jid=data.get("ansible_job_id"))

    def v2_runner_on_async_poll(self, result):
        with self._async_event("runner_on_async_poll", result):
            super().v2_runner_on_async_poll(result)

    def v2_runner_on_async_ok(self, result):
        with self._async_event("runner_on_async_ok", result):
            super().v2_runner_on_async_ok(result)

    def v2_runner_on_async_failed(self, result):
        with self._async_event("runner_on_async_failed", result):
            super().v2_runner_on_async_failed(result)

    def v2_on_file_diff(self, result):
        with self._result_event("runner_on_file_diff", result, diff=data_of(result).get("diff")):
            super().v2_on_file_diff(result)

    def v2_runner_item_on_ok(self, result):
        drop_environment(task_of(result), data_of(result))
        with self._result_event("runner_item_on_ok", result, res=data_of(result)):
            super().v2_runner_item_on_ok(result)

    def v2_runner_item_on_failed(self, result):
        drop_environment(task_of(result), data_of(result))
        with self._result_event("runner_item_on_failed", result, res=data_of(result)):
            super().v2_runner_item_on_failed(result)

    def v2_runner_item_on_skipped(self, result):
        with self._result_event("runner_item_on_skipped", result, res=data_of(result)):
            super().v2_runner_item_on_skipped(result)

    def v2_runner_retry(self, result):
        with self._result_event("runner_retry", result, res=data_of(result)):
            super().v2_runner_retry(result)
