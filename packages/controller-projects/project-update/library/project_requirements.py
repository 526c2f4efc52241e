#!/usr/bin/python
"""Installs what the requirements of a project name beside its tree, by ansible-galaxy."""

import os
import re
import shutil
import subprocess
import tempfile

import yaml

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.project_sources import SourceError, check_address, host_of, locked, remove_below, tree_of

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


# what says where something comes from, or the folder it goes to; a text alone is under the name of its kind
ADDRESSES = ("role", "collection", "src", "name", "source", "signatures")
# what a text alone may be of a collection: its name, and a version behind it
NAME_AND_VERSION = re.compile(r"^\w+\.\w+\s*:[^:/\\@]*\Z", re.A)
NO_ADDRESS = "requirements have an address that is not by https, http, ssh or git: %s"


def check(entry, kind, hosts):
    """Refuses what leads to files of this machine, or to machines that are not allowed."""
    if isinstance(entry, dict) and entry.get("type") in ("file", "dir", "subdirs"):
        raise SourceError("requirements of type %s are not installed here" % entry["type"])
    if isinstance(entry, dict) and "include" in entry:
        raise SourceError("requirements that include others are not installed here")
    for key, value in values_of(entry, kind):
        check_value(key, value, hosts)


def values_of(entry, key):
    """All texts of an entry, also those in lists and mappings, with the names that they are under."""
    if isinstance(entry, dict):
        for name, value in entry.items():
            yield from values_of(value, key if key == "signatures" else str(name))
    elif isinstance(entry, (list, tuple)):
        for value in entry:
            yield from values_of(value, key)
    elif isinstance(entry, (str, int, float)):
        yield key, str(entry).strip()


def check_value(key, value, hosts):
    bare = re.sub(r"^git\+", "", value)
    # one text may have a version and a name behind commas
    for part in [bare, *(part.strip() for part in value.split(","))]:
        is_file = part.startswith(("/", ".", "~", "-")) or re.match(r"^[a-z+]*file:", part, re.I)
        if is_file or ".." in re.split(r"[/\\]", part):
            raise SourceError("requirements lead to files of this machine: %s" % value)
    address = re.split("[,#]", bare)[0].strip()
    if host_of(address)[0]:
        check_address(address, hosts)
    elif key in ADDRESSES:
        is_named = key == "collection" and NAME_AND_VERSION.match(bare)
        # git takes for an address what has a colon and no scheme
        if re.match(r"^\w*\+", bare) or (":" in address and not is_named):
            raise SourceError(NO_ADDRESS % value)


def install(parameters):
    folder, kind = parameters["folder"], parameters["kind"]
    with locked(folder):
        tree = tree_of(folder, parameters["revision"])
        if tree is None:
            raise SourceError("there is nothing at revision %s" % parameters["revision"])
        remove_below(tree, ".requirements-")
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
                    check(entry, kind, parameters["hosts"])
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
        # where a redirect leads is looked at by nobody
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0="http.followRedirects",
        GIT_CONFIG_VALUE_0="false",
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
