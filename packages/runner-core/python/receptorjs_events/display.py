"""Events of what Ansible shows outside of its callbacks: warnings, errors, verbose messages."""

from __future__ import annotations

import functools
import inspect
import sys
import uuid

from ansible.utils.display import Display


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
