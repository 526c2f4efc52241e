"""What is kept of a project on a node: a folder with a lock, what was fetched, and a tree of files for each revision."""

import contextlib
import fcntl
import fnmatch
import ipaddress
import os
import re
import shutil
import socket
import tempfile
import time

SCHEMES = ("https", "http", "ssh", "git")
# a tree that nobody has used for so long goes, but for the newest ones
UNUSED_SECONDS = 24 * 3600
KEPT_TREES = 3


class SourceError(Exception):
    """What can't be had, for people."""


@contextlib.contextmanager
def locked(folder):
    """One update at a time works in a folder; the lock ends with the process that has it."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    with open(os.path.join(folder, "lock"), "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def host_of(url):
    """The scheme and the machine of an address."""
    with_scheme = re.match(r"^([a-z][a-z0-9+.-]*)://(?:[^/@]*@)?(\[[^\]]*\]|[^/:]*)", url, re.I)
    if with_scheme:
        return with_scheme.group(1).lower(), with_scheme.group(2).strip("[]")
    scp_like = re.match(r"^[\w.-]+@([\w.-]+):[^-]", url)
    if scp_like:
        return "ssh", scp_like.group(1)
    return "", ""


def check_address(url, hosts, schemes=SCHEMES):
    """Refuses what the administrator does not allow: other schemes, options, machines that are not named, this machine and its link."""
    scheme, host = host_of(url)
    if scheme not in schemes or host == "" or host.startswith("-"):
        raise SourceError("an address by %s is allowed" % ", ".join(schemes))
    if hosts:
        if not any(fnmatch.fnmatchcase(host.lower(), one.lower()) for one in hosts):
            raise SourceError("the administrator does not allow %s" % host)
        return
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise SourceError("%s can't be found: %s" % (host, error.strerror or error))
    for address in found:
        ip = ipaddress.ip_address(address.split("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        if ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip.is_multicast:
            raise SourceError("%s is at %s, which the administrator has to allow by name" % (host, ip))


def tree_of(folder, revision):
    """The finished tree of a revision; the newest one where there are several."""
    trees = os.path.join(folder, "trees")
    if not re.match(r"^[0-9a-f]{40,64}$", revision) or not os.path.isdir(trees):
        return None
    found = [os.path.join(trees, name) for name in os.listdir(trees) if name.split("-")[0] == revision]
    return max(found, key=os.path.getmtime) if found else None


@contextlib.contextmanager
def new_tree(folder, name):
    """A folder to fill, which becomes the tree of that name at once when it is whole, and is removed when it is not."""
    trees = os.path.join(folder, "trees")
    os.makedirs(trees, mode=0o700, exist_ok=True)
    made = tempfile.mkdtemp(prefix=".new-", dir=trees)
    try:
        os.mkdir(os.path.join(made, "project"), 0o755)
        yield os.path.join(made, "project")
        os.rename(made, os.path.join(trees, name))
    finally:
        shutil.rmtree(made, ignore_errors=True)


def remove_unused(folder, kept):
    """Removes trees that nobody has used for a long time, and what updates have left that did not come to their end."""
    trees = os.path.join(folder, "trees")
    ages = sorted(
        ((os.path.getmtime(os.path.join(trees, name)), name) for name in os.listdir(trees)),
        reverse=True,
    )
    for position, (changed, name) in enumerate(ages):
        is_unused = time.time() - changed > UNUSED_SECONDS
        if name.startswith(".new-") or (is_unused and position >= KEPT_TREES and name != kept):
            shutil.rmtree(os.path.join(trees, name), ignore_errors=True)
