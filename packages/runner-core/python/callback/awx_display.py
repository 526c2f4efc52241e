"""Ansible stdout callback that hands every event of a run to the runner that started it.

The runner names a unix socket in RUNNER_EVENT_SOCKET. On connecting, the runner sends one line, the
secret of this run. (In a container it is a pipe, and the secret waits in a second one beside it.)
From then on every event goes over the socket as one line, `UUID JSON`, before
its text is printed; on the terminal the text stands between two marks that carry the secret:

    mark  = ESC[K piece... ESC[K
    piece = base64 (at most 78 characters) ESC[<length of the piece>D

A begin mark encodes {"secret": S, "uuid": U}, an end mark {"secret": S}. Terminals show nothing of
them. Text that only looks like a mark is text to the runner, because it does not know the secret.

The parts are in receptorjs_events, the folder beside this one's; here are the callbacks.

Without RUNNER_EVENT_SOCKET the plugin behaves as the callback it is built on.
"""

from __future__ import annotations

import configparser
import contextlib
import os
import sys
import uuid

from ansible import constants as C
from ansible.plugins.loader import callback_loader

# Ansible loads this file by its path, so that Python does not know where the rest is.
PARTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, PARTS)
try:
    from receptorjs_events.about import (
        Repeats, about_play, about_task, data_of, drop_environment, host_of, shown_result, task_of,
    )
    from receptorjs_events.channel import open_channel
    from receptorjs_events.display import patch_display
    from receptorjs_events.reporter import Reporter, now
finally:
    sys.path.remove(PARTS)

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


def base_callback_name():
    """The stdout callback the user asked for: by environment, by ansible.cfg, else Ansible's own."""
    asked = os.environ.get("ORIGINAL_STDOUT_CALLBACK")
    if not asked and not AD_HOC and C.CONFIG_FILE:
        settings = configparser.ConfigParser(interpolation=None, strict=False, inline_comment_prefixes=(";",))
        with contextlib.suppress(configparser.Error, OSError, UnicodeDecodeError):
            settings.read(C.CONFIG_FILE, encoding="utf-8")
            asked = settings.get("defaults", "stdout_callback", fallback=None)
    return asked or ("minimal" if AD_HOC else "default")


def connect():
    path = os.environ.pop("RUNNER_EVENT_SOCKET", None)
    if not path:
        return None
    reporter = Reporter(open_channel(path))
    patch_display(reporter)
    return reporter


BASE_NAME = base_callback_name()
BASE = callback_loader.get(BASE_NAME, class_only=True)
if BASE is None:
    raise RuntimeError("the stdout callback '%s' can't be found" % BASE_NAME)
REPORTER = connect()

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
