#!/usr/bin/python
"""Installs what the requirements of a project name beside its tree, by ansible-galaxy."""

import os
import re
import shutil
import subprocess
import tempfile

import yaml

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.project_sources import SourceError, check_address, host_of, locked, tree_of

PLACES = {
    "role": ("roles/requirements.yml", "roles/requirements.yaml"),
    "collection": ("collections/requirements.yml", "collections/requirements.yaml", "requirements.yml", "requirements.yaml"),
}
TIMEOUT_SECONDS = 600


def entries_of(content, kind):
    if isinstance(content, dict):
        return content.get("%ss" % kind) or []
    # a list alone is one of roles
    return content if kind == "role" and isinstance(content, list) else []


def check(entry, hosts):
    """Refuses what leads to files of this machine, or to machines that are not allowed."""
    values = [entry] if isinstance(entry, str) else [str(value) for value in entry.values() if isinstance(value, (str, int, float))]
    if isinstance(entry, dict) and entry.get("type") in ("file", "dir", "subdirs"):
        raise SourceError("requirements of type %s are not installed here" % entry["type"])
    if isinstance(entry, dict) and "include" in entry:
        raise SourceError("requirements that include others are not installed here")
    for value in values:
        bare = re.sub(r"^git\+", "", value)
        if bare.startswith(("/", ".", "~", "-")) or re.match(r"^[a-z+]*file:", value, re.I):
            raise SourceError("requirements lead to files of this machine: %s" % value)
        if host_of(bare)[0]:
            check_address(bare.split("#")[0], hosts)


def install(parameters):
    folder, kind = parameters["folder"], parameters["kind"]
    with locked(folder):
        tree = tree_of(folder, parameters["revision"])
        if tree is None:
            raise SourceError("there is nothing at revision %s" % parameters["revision"])
        target = os.path.join(tree, "requirements_%ss" % kind)
        if os.path.isdir(target):
            return {"changed": False}
        project = os.path.realpath(os.path.join(tree, "project"))
        found = [os.path.join(project, place) for place in PLACES[kind] if os.path.isfile(os.path.join(project, place))]
        found = [path for path in found if os.path.realpath(path).startswith(project + os.sep)]
        made = tempfile.mkdtemp(prefix=".requirements-", dir=tree)
        try:
            for path in found:
                with open(path) as file:
                    try:
                        wanted = entries_of(yaml.safe_load(file), kind)
                    except yaml.YAMLError as error:
                        raise SourceError("%s is no YAML: %s" % (os.path.relpath(path, project), error))
                for entry in wanted:
                    check(entry, parameters["hosts"])
                if wanted:
                    run(kind, path, made)
            os.rename(made, target)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return {"changed": bool(found)}


def run(kind, path, target):
    environment = dict(
        os.environ,
        GIT_ALLOW_PROTOCOL="https:http:ssh:git",
        GIT_TERMINAL_PROMPT="0",
        ANSIBLE_FORCE_COLOR="False",
        ANSIBLE_COLLECTIONS_PATH=target,
    )
    command = ["ansible-galaxy", kind, "install", "-r", path, "-p", target, "--force"]
    try:
        ended = subprocess.run(
            command, env=environment, cwd=target, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_SECONDS, check=False,
        )
    except subprocess.TimeoutExpired:
        raise SourceError("ansible-galaxy did not end within %d s" % TIMEOUT_SECONDS)
    except OSError as error:
        raise SourceError("ansible-galaxy can't be started: %s" % error)
    if ended.returncode != 0:
        words = ended.stdout.decode("utf-8", "replace").strip()[-2000:]
        raise SourceError("ansible-galaxy %s install failed: %s" % (kind, words))


def main():
    module = AnsibleModule(
        argument_spec={
            "folder": {"type": "path", "required": True},
            "revision": {"type": "str", "required": True},
            "kind": {"type": "str", "choices": ["role", "collection"], "required": True},
            "hosts": {"type": "list", "elements": "str", "default": []},
        }
    )
    try:
        module.exit_json(**install(module.params))
    except SourceError as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
