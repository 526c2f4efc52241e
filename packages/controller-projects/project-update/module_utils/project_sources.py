"""What is kept of a project on a node: a folder with a lock, what was fetched, and a tree of files for each revision."""

import contextlib
import fcntl
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


# what ends the machine of an address ends it here too: no character may mean another machine to who connects
WITH_SCHEME = re.compile(
    r"^([a-z][a-z0-9+.-]*)://(?:[^/?#\\@]*@)?(\[[^\]]*\]|[^/:?#\\@]*)(?::([0-9]*))?(?=[/?#]|$)", re.I | re.A
)
SCP_LIKE = re.compile(r"^(?!-)[\w.-]+@([A-Za-z0-9_.-]+):(?!//)[^-]", re.A)
PORTS = {"https": "443", "http": "80", "ssh": "22", "git": "9418"}


def origin_of(url):
    """The scheme, the machine and the port of an address; three empty texts where it is none."""
    nothing = ("", "", "")
    if re.search(r"[\x00-\x20\x7f]", url):
        return nothing
    scp_like = SCP_LIKE.match(url)
    if scp_like:
        return "ssh", scp_like.group(1).lower(), PORTS["ssh"]
    with_scheme = WITH_SCHEME.match(url)
    if not with_scheme or not is_host(with_scheme.group(2)):
        return nothing
    scheme = with_scheme.group(1).lower()
    return scheme, with_scheme.group(2).strip("[]").lower(), with_scheme.group(3) or PORTS.get(scheme, "")


def is_host(text):
    """Whether it is a name or an address of a machine, with nothing in it that has to be decoded."""
    if not text.startswith("["):
        return re.match(r"^(?!-)[A-Za-z0-9_.-]+\Z", text) is not None
    try:
        ipaddress.IPv6Address(text[1:-1])
    except ValueError:
        return False
    return "%" not in text


def host_of(url):
    """The scheme and the machine of an address."""
    return origin_of(url)[:2]


def is_named(host, patterns):
    """Whether a pattern has that name: `*` stands for any part of it, as in the rules of the controller, and nothing else does."""
    for pattern in patterns:
        if re.match("^%s\\Z" % ".*".join(re.escape(part) for part in pattern.split("*")), host, re.I):
            return True
    return False


def check_address(url, hosts, schemes=SCHEMES):
    """Refuses what the administrator does not allow: other schemes, options, machines that are not named, this machine and its link."""
    scheme, host = host_of(url)
    if scheme not in schemes or host == "":
        raise SourceError("an address by %s is allowed" % ", ".join(schemes))
    if hosts:
        if not is_named(host, hosts):
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


def remove_below(folder, prefix):
    """Removes what was begun below a folder under names of that prefix by updates that did not come to their end; for those that have the lock."""
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        if not name.startswith(prefix):
            continue
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            os.remove(path)


def remove_unused(folder, kept):
    """Removes trees that nobody has used for a long time, and what updates have left that did not come to their end."""
    trees = os.path.join(folder, "trees")
    remove_below(trees, ".new-")
    ages = sorted(
        ((os.path.getmtime(os.path.join(trees, name)), name) for name in os.listdir(trees)),
        reverse=True,
    )
    for position, (changed, name) in enumerate(ages):
        is_unused = time.time() - changed > UNUSED_SECONDS
        if is_unused and position >= KEPT_TREES and name != kept:
            shutil.rmtree(os.path.join(trees, name), ignore_errors=True)
