#!/usr/bin/env python3
"""Stands in for podman or docker in tests: makes containers with bwrap, out of the mounts it is told.

A file `deaf` beside it makes `kill` and `rm` hang, one named `fail` makes `run` fail as an engine
does, one named `fetching` holds `run` up as a long download does while it is there, and one named
`copy-auth` keeps copies of the credentials it is told.

Knows `--version`, `run`, `kill NAME` and `rm --force NAME`. A container is in a session of its own
and survives its client, as with the real engines. Beside this file it keeps `calls`, one JSON line
for each call, and a folder `containers` with a file for each container, holding its process id.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CONTAINERS = os.path.join(HERE, "containers")
WITH_VALUE = {"-v", "-e", "--workdir", "--env-file", "--name", "--label", "--volume"}
SYSTEM = [
    "--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc", "--symlink", "usr/bin", "/bin",
    "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
    "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp",
]


def record(words):
    with open(os.path.join(HERE, "calls"), "a") as calls:
        calls.write(json.dumps({"argv": words, "env": dict(os.environ)}) + "\n")


def options_of(words):
    """Split the words after `run` into options with their values, and the command after the image."""
    options = []
    while words and words[0].startswith("-"):
        name = words.pop(0)
        options.append((name, words.pop(0) if name in WITH_VALUE else None))
    return options, words[1:]


def variables(path):
    found = {}
    with open(path, newline="\n") as lines:
        for line in lines.read().split("\n"):
            name, sign, value = line.partition("=")
            if sign:
                found[name] = value
            elif name in os.environ:
                found[name] = os.environ[name]
    return found


def has(name):
    return os.path.exists(os.path.join(HERE, name))


def run(words):
    if has("fail"):
        return 125
    while has("fetching"):
        time.sleep(0.02)
    options, command = options_of(words)
    sandbox = ["bwrap", "--unshare-pid", "--clearenv", "--setenv", "PATH", "/usr/bin:/bin"] + SYSTEM
    name = None
    targets = set()
    for option, value in options:
        if option == "-v":
            source, target = value.split(":")[:2]
            if os.path.normpath(target) in targets:
                print("docker: Error response from daemon: Duplicate mount point: %s" % target)
                return 125
            targets.add(os.path.normpath(target))
            read_only = value.split(":")[2:] == ["ro"]
            sandbox += ["--ro-bind" if read_only else "--bind", source, target]
        elif option == "--workdir":
            sandbox += ["--chdir", value]
        elif option == "--name":
            name = value
        elif option == "-e":
            sandbox += ["--setenv"] + value.split("=", 1)
        elif option == "--env-file":
            for pair in variables(value).items():
                sandbox += ["--setenv", *pair]
    # Everybody can read a process's arguments, but real engines have none of these.
    reader, writer = os.pipe()
    os.write(writer, b"\0".join(word.encode() for word in sandbox[1:]) + b"\0")
    os.close(writer)
    container = subprocess.Popen(
        ["bwrap", "--args", str(reader), *command], pass_fds=[reader], start_new_session=True,
    )
    os.makedirs(CONTAINERS, exist_ok=True)
    place = os.path.join(CONTAINERS, name)
    with open(place, "w") as file:
        file.write(str(container.pid))
    status = container.wait()
    if os.path.exists(place):
        os.unlink(place)
    return status if status >= 0 else 128 - status


def end(name, number):
    place = os.path.join(CONTAINERS, name)
    if not os.path.exists(place):
        return 1
    with open(place) as file:
        try:
            os.killpg(int(file.read()), number)
        except ProcessLookupError:
            pass
    os.unlink(place)
    return 0


def main():
    words = sys.argv[1:]
    record(words)
    while words and words[0].startswith("--config"):
        words.pop(0)
    command = words.pop(0)
    if has("copy-auth"):
        for word in words:
            if word.startswith("--authfile="):
                folder = os.path.dirname(word.partition("=")[2])
                for name in os.listdir(folder):
                    shutil.copy(os.path.join(folder, name), HERE)
    if has("deaf") and command in ("kill", "rm"):
        time.sleep(60)
    if command == "run":
        return run(words)
    if command in ("kill", "rm"):
        return end(words[-1], signal.SIGKILL)
    return 0


sys.exit(main())
