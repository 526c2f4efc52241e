"""What events say about hosts, results, tasks and plays, for every version of Ansible alike."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from ansible import constants as C

HIDDEN = "the output has been hidden due to the fact that 'no_log: true' was specified for this result"
FACT_ACTIONS = frozenset(
    prefix + name
    for prefix in ("", "ansible.builtin.", "ansible.legacy.")
    for name in ("setup", "gather_facts")
)


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
