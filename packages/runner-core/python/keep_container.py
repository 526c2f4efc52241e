"""Removes a container when its time has come, also when the runner itself is gone by then.

    python3 -I -S -E keep_container.py ENGINE NAME [FOLDER]

Reads lines: `done` says that the container is gone and there is nothing to do; `end` asks to remove
it now. When the input ends, because the runner closed it or was killed, the engine's client is killed,
which may still be fetching the image, the container is removed, and so is the folder, which holds the
credentials for the image. Every call of the engine may take 20 seconds at most.
"""

import os
import signal
import sys
import time


def call(*words):
    """Run the engine and say whether it did what it was asked for."""
    # Not needed in most runs, and slow to load.
    import subprocess

    try:
        return subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20,
        ).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def remove(engine, name):
    killed = call(engine, "kill", name)
    call(engine, "rm", "--force", name)
    return killed


def end_client(name):
    """Kill whoever was told to make the container: `--name NAME` stands in the arguments."""
    numbers = clients_by_proc(name)
    for number in clients_by_ps(name) if numbers is None else numbers:
        try:
            os.kill(number, signal.SIGKILL)
        except OSError:
            # It has ended, or is somebody else's.
            pass


def clients_by_proc(name):
    """Their process ids; None where there is no /proc as Linux has it, or it is not to be used."""
    if os.environ.get("RECEPTORJS_PORTABLE") == "1" or not os.path.exists("/proc/self/cmdline"):
        return None
    wanted = b"\0--name\0" + os.fsencode(name) + b"\0"
    found = []
    for number in (int(number) for number in os.listdir("/proc") if number.isdigit()):
        try:
            with open("/proc/%d/cmdline" % number, "rb") as arguments:
                if wanted in arguments.read():
                    found.append(number)
        except OSError:
            pass
    return found


def clients_by_ps(name):
    import subprocess

    words = ["ps", "-A", "-ww", "-o", "pid=", "-o", "command="]
    try:
        listing = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return []
    wanted = b" --name " + os.fsencode(name) + b" "
    return [int(line.split()[0]) for line in listing.splitlines() if wanted in line]


def main():
    engine, name, *folders = sys.argv[1:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    killed = False
    for line in sys.stdin:
        if line == "done\n":
            return
        killed = remove(engine, name) or killed
    end_client(name)
    if not (remove(engine, name) or killed):
        # It may just have been on its way into being.
        time.sleep(1)
        end_client(name)
        remove(engine, name)
    if folders:
        import shutil

        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


main()
