#!/usr/bin/python
"""Downloads an archive by HTTP into the folder of a project, and lays out its files. Its revision is the SHA-256 of the archive."""

import base64
import hashlib
import os
import re
import shutil
import stat
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.project_sources import (
    SourceError,
    check_address,
    locked,
    new_tree,
    remove_below,
    remove_unused,
    tree_of,
)

SCHEMES = ("https", "http")
TIMEOUT_SECONDS = 60
MAX_BYTES = 2 ** 30
MAX_UNPACKED_BYTES = 4 * 2 ** 30
MAX_FILES = 200_000
MAX_LINK_BYTES = 4096


LEADS_ELSEWHERE = "the archive has a link that leads elsewhere"


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """An address that leads elsewhere is followed by hand, for it may lead to where nothing is allowed."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        return None


def download(parameters, target):
    """@returns the SHA-256 of what has come"""
    url = parameters["url"]
    opener = urllib.request.build_opener(NoRedirects)
    first = re.match(r"^\w+://[^/]*", url).group(0)
    for _ in range(10):
        check_address(url, parameters["hosts"], SCHEMES)
        request = urllib.request.Request(url)
        # a password is for the machine that it was given for
        if parameters["password"] and url.startswith(first + "/"):
            pair = "%s:%s" % (parameters["username"], parameters["password"])
            request.add_header("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return save(answer, target)
        except urllib.error.HTTPError as error:
            place = error.headers.get("Location")
            if error.code not in (301, 302, 303, 307, 308) or not place:
                raise SourceError("%s answers %d %s" % (url, error.code, error.reason))
            url = urllib.request.urljoin(url, place)
        except OSError as error:
            raise SourceError("%s can't be had: %s" % (url, getattr(error, "reason", error)))
    raise SourceError("%s leads on more than 10 times" % parameters["url"])


def save(answer, target):
    digest = hashlib.sha256()
    total = 0
    with open(target, "wb") as file:
        while True:
            chunk = answer.read(2 ** 20)
            if not chunk:
                return digest.hexdigest()
            total += len(chunk)
            if total > MAX_BYTES:
                raise SourceError("the archive has more than %d bytes" % MAX_BYTES)
            digest.update(chunk)
            file.write(chunk)


class Unpacking:
    """Writes the members of an archive below a folder: nothing leads out of it, and nothing but files, folders and links inside of it is made."""

    def __init__(self, target):
        self.target = os.path.realpath(target)
        self.bytes = 0
        self.files = 0
        self.links = []

    def place(self, name):
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
            raise SourceError("the archive has a name that leads elsewhere: %s" % name)
        self.files += 1
        if self.files > MAX_FILES:
            raise SourceError("the archive has more than %d files" % MAX_FILES)
        return os.path.join(self.target, *parts)

    def file(self, name, source, mode):
        path = self.place(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "xb") as file:
            while True:
                chunk = source.read(2 ** 20)
                if not chunk:
                    break
                self.bytes += len(chunk)
                if self.bytes > MAX_UNPACKED_BYTES:
                    raise SourceError("the archive unpacks to more than %d bytes" % MAX_UNPACKED_BYTES)
                file.write(chunk)
        os.chmod(path, 0o755 if mode & 0o100 else 0o644)

    def link(self, name, leads):
        self.links.append((self.place(name), leads))

    def finish(self):
        # after all files, so that none is written through one
        for path, leads in self.links:
            # one that was made before may be on the way: what counts is where this one comes to lie
            parent = os.path.realpath(os.path.dirname(path))
            if os.path.isabs(leads) or not is_within(parent, self.target):
                raise SourceError(LEADS_ELSEWHERE)
            os.makedirs(parent, exist_ok=True)
            os.symlink(leads, os.path.join(parent, os.path.basename(path)))

    def check_links(self, top):
        """Refuses links that lead out of a folder, once all are there: a later one may change where an earlier one leads."""
        for path, _ in self.links:
            if not is_within(os.path.realpath(path), top):
                raise SourceError(LEADS_ELSEWHERE)


def is_within(path, folder):
    return (path + os.sep).startswith(folder + os.sep)


def unpack(archive, target):
    unpacking = Unpacking(target)
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as members:
            for member in members.infolist():
                mode = member.external_attr >> 16
                if member.is_dir():
                    os.makedirs(unpacking.place(member.filename), exist_ok=True)
                elif stat.S_ISLNK(mode):
                    with members.open(member) as source:
                        leads = source.read(MAX_LINK_BYTES + 1)
                    if len(leads) > MAX_LINK_BYTES:
                        raise SourceError("the archive has a link of more than %d bytes" % MAX_LINK_BYTES)
                    unpacking.link(member.filename, os.fsdecode(leads))
                else:
                    with members.open(member) as source:
                        unpacking.file(member.filename, source, mode)
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as members:
            for member in members:
                if member.isdir():
                    os.makedirs(unpacking.place(member.name), exist_ok=True)
                elif member.issym():
                    unpacking.link(member.name, member.linkname)
                elif member.isfile():
                    unpacking.file(member.name, members.extractfile(member), member.mode)
                elif member.islnk():
                    unpacking.file(member.name, members.extractfile(member), member.mode)
    else:
        raise SourceError("what has come is neither a tar nor a zip")
    unpacking.finish()
    return unpacking


def update(parameters, work):
    folder = parameters["folder"]
    wanted = parameters["revision"]
    with locked(folder):
        remove_below(os.path.join(folder, "trees"), ".new-")
        archive = os.path.join(work, "archive")
        revision = download(parameters, archive)
        if wanted and wanted != revision:
            raise SourceError("the archive is another one by now: %s, not %s; update the project" % (revision, wanted))
        tree = tree_of(folder, revision)
        if tree is not None:
            os.utime(tree)
            return {"changed": False, "revision": revision}
        with new_tree(folder, revision) as target:
            unpacked = os.path.join(os.path.dirname(target), "unpacked")
            os.mkdir(unpacked)
            unpacking = unpack(archive, unpacked)
            inner = os.listdir(unpacked)
            # one folder around everything is none of the project
            only = os.path.join(unpacked, inner[0]) if len(inner) == 1 else unpacked
            top = only if os.path.isdir(only) and not os.path.islink(only) else unpacked
            unpacking.check_links(os.path.realpath(top))
            os.rmdir(target)
            os.rename(top, target)
            shutil.rmtree(unpacked, ignore_errors=True)
        remove_unused(folder, revision)
        return {"changed": True, "revision": revision}


def main():
    text = {"type": "str", "default": ""}
    module = AnsibleModule(
        argument_spec={
            "folder": {"type": "path", "required": True},
            "url": {"type": "str", "required": True},
            "revision": text,
            "username": text,
            "password": {"type": "str", "default": "", "no_log": True},
            "hosts": {"type": "list", "elements": "str", "default": []},
        }
    )
    work = tempfile.mkdtemp(prefix="project-archive-")
    try:
        module.exit_json(**update(module.params, work))
    except (SourceError, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        module.fail_json(msg=str(error))
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
