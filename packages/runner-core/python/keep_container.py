"""Removes a container when its time has come, also when the runner itself is gone by then.

    python3 -I -S -E keep_container.py ENGINE NAME

Reads lines: `done` says that the container is gone and there is nothing to do; `end` asks to remove
it now. When the input ends, because the runner closed it or was killed, the container is removed
too. Every call of the engine may take 20 seconds at most.
"""

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


def main():
    engine, name = sys.argv[1:3]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    killed = False
    for line in sys.stdin:
        if line == "done\n":
            return
        killed = remove(engine, name) or killed
    if not (remove(engine, name) or killed):
        # It may just have been on its way into being.
        time.sleep(1)
        remove(engine, name)


main()
