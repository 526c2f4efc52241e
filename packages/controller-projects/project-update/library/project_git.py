#!/usr/bin/python
"""Fetches a git repository into the folder of a project, and lays out its files at a revision."""

import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
from urllib.parse import urljoin

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.project_sources import (
    SourceError,
    check_address,
    locked,
    new_tree,
    origin_of,
    remove_below,
    remove_unused,
    tree_of,
)

MAX_DEPTH = 10
# asked by git for a name and a password, which it finds in its environment: they are in no file and on no command line
ASKPASS = """#!/bin/sh
case "$1" in
  Username*) printf '%s\\n' "$SCM_USERNAME" ;;
  *) printf '%s\\n' "$SCM_PASSWORD" ;;
esac
"""
SAFE = [
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.fsmonitor=false",
    "-c", "core.autocrlf=false",
    "-c", "credential.helper=",
    "-c", "http.followRedirects=false",
    "-c", "protocol.allow=never",
    "-c", "protocol.https.allow=always",
    "-c", "protocol.http.allow=always",
    "-c", "protocol.ssh.allow=always",
    "-c", "protocol.git.allow=always",
    "-c", "transfer.credentialsInUrl=die",
    "-c", "gc.auto=0",
]


class Git:
    """The system's git on one repository without a working tree."""

    def __init__(self, parameters, helper):
        self.parameters = parameters
        self.environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": helper,
            "LC_ALL": "C.UTF-8",
            "GIT_ALLOW_PROTOCOL": "https:http:ssh:git",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_ASKPASS": os.path.join(helper, "askpass"),
            "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ForwardAgent=no -o StrictHostKeyChecking=accept-new"
            " -o UserKnownHostsFile=%s -o GlobalKnownHostsFile=/etc/ssh/ssh_known_hosts"
            % os.path.join(parameters["folder"], "known_hosts"),
        }
        for name in ("SSH_AUTH_SOCK", "http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def run(self, *arguments, **options):
        environment = dict(self.environment, **options.get("environment", {}))
        ended = subprocess.run(
            ["git", *SAFE, *arguments],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
        )
        if ended.returncode != 0 and not options.get("may_fail"):
            words = ended.stderr.decode("utf-8", "replace").strip()[-2000:]
            raise SourceError("git %s failed: %s" % (arguments[1 if arguments[0].startswith("--git-dir") else 0], words))
        return ended.stdout if ended.returncode == 0 else None

    def secrets_for(self, url):
        """What git finds when it asks: a password is for the machine that it was given for, and for no other that a submodule names."""
        is_own = origin_of(url) == origin_of(self.parameters["url"])
        return {
            "SCM_USERNAME": self.parameters["username"] if is_own else "",
            "SCM_PASSWORD": self.parameters["password"] if is_own else "",
        }

    def fetch(self, repository, url, version, refspec):
        """Brings a repository up to date, and resolves a branch, a tag or a commit. @returns its commit"""
        check_address(url, self.parameters["hosts"])
        self.make(repository)
        here = "--git-dir=%s" % repository
        asked = self.secrets_for(url)
        fetching = [here, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules"]
        wanted = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*", "+HEAD:refs/origin-head"]
        extra = [refspec] if refspec else []
        self.run(*fetching, "--force", "--prune", "--", url, *wanted, *extra, environment=asked)
        commit = self.resolve(here, version)
        is_commit = re.match(r"^[0-9a-f]{40}([0-9a-f]{24})?$", version)
        if commit is None and is_commit:
            # one that no branch leads to
            self.run(*fetching, "--", url, version, may_fail=True, environment=asked)
            commit = self.resolve(here, version)
        if commit is None:
            raise SourceError("there is no branch, tag or commit %s" % (version or "HEAD"))
        return commit

    def make(self, repository):
        """Makes a repository at once when it is whole, and takes away what a git that was killed has left in one."""
        if os.path.isdir(repository):
            objects = os.path.join(repository, "objects")
            for place, _, names in os.walk(repository):
                for name in names:
                    is_begun_object = place.startswith(objects) and name.startswith(("tmp_", ".tmp-"))
                    if name.endswith(".lock") or is_begun_object:
                        os.remove(os.path.join(place, name))
            if self.run("--git-dir=%s" % repository, "rev-parse", "--git-dir", may_fail=True) is not None:
                return
            shutil.rmtree(repository)
        made = tempfile.mkdtemp(prefix=".init-", dir=os.path.dirname(repository))
        self.run("init", "--quiet", "--bare", "--", made)
        os.rename(made, repository)

    def resolve(self, here, version):
        names = [version] if re.match(r"^[0-9a-f]{7,64}$", version) else []
        if version == "":
            names = ["refs/origin-head"]
        else:
            names = ["refs/remotes/origin/%s" % version, "refs/tags/%s" % version, *names, version]
        for name in names:
            found = self.run(here, "rev-parse", "--verify", "--quiet", "--end-of-options", "%s^{commit}" % name, may_fail=True)
            if found is not None:
                return found.decode().strip()
        return None

    def lay_out(self, repository, commit, target, url, depth=0):
        """Writes the files of a commit, those of its submodules too. @returns the commits of these"""
        if depth > MAX_DEPTH:
            raise SourceError("submodules are nested more than %d deep" % MAX_DEPTH)
        here = "--git-dir=%s" % repository
        index = tempfile.mktemp(prefix="index-", dir=os.path.dirname(repository))
        environment = {"GIT_INDEX_FILE": index}
        try:
            self.run(here, "--work-tree=%s" % target, "read-tree", commit, environment=environment)
            self.run(here, "--work-tree=%s" % target, "checkout-index", "--all", "--force", environment=environment)
        finally:
            if os.path.exists(index):
                os.remove(index)
        commits = []
        for path, sub_url, branch in self.submodules(here, commit):
            link = self.run(here, "ls-tree", commit, "--", path).decode().split()
            if len(link) < 3 or link[1] != "commit":
                continue
            address = joined(url, sub_url)
            name = hashlib.sha256(address.encode()).hexdigest()[:24]
            below = os.path.join(self.parameters["folder"], "repositories", name)
            version = (branch if self.parameters["track_submodules"] else link[2])
            found = self.fetch(below, address, version, "")
            place = inside(target, path)
            os.makedirs(place, exist_ok=True)
            commits.append("%s=%s" % (path, found))
            commits += self.lay_out(below, found, place, address, depth + 1)
        return commits

    def submodules(self, here, commit):
        listed = self.run(here, "config", "--blob", "%s:.gitmodules" % commit, "--null", "--list", may_fail=True)
        modules = {}
        for entry in (listed or b"").decode("utf-8", "replace").split("\0"):
            key, _, value = entry.partition("\n")
            match = re.match(r"^submodule\.(.*)\.(path|url|branch)$", key, re.S)
            if match:
                modules.setdefault(match.group(1), {})[match.group(2)] = value
        for module in modules.values():
            if "path" in module and "url" in module:
                branch = module.get("branch", "")
                yield module["path"], module["url"], "" if branch == "." else branch


def joined(base, url):
    """The address of a submodule, which may be relative to that of its repository."""
    if not url.startswith(("./", "../")):
        return url
    if "://" in base:
        return urljoin(base.rstrip("/") + "/", url)
    host, _, path = base.partition(":")
    return "%s:%s" % (host, os.path.normpath(os.path.join(path, url)))


def inside(target, path):
    place = os.path.realpath(os.path.join(target, path))
    if not place.startswith(os.path.realpath(target) + os.sep):
        raise SourceError("a submodule leads out of the project")
    return place


def update(parameters, helper):
    folder = parameters["folder"]
    version = parameters["version"]
    for name in ("version", "refspec"):
        if parameters[name].startswith("-") or re.search(r"[\s\0]", parameters[name]):
            raise SourceError("%s is no name that git takes" % name)
    check_address(parameters["url"], parameters["hosts"])
    with locked(folder):
        repositories = os.path.join(folder, "repositories")
        for place, prefix in ((folder, ".lay-"), (repositories, "index-"), (repositories, ".init-")):
            remove_below(place, prefix)
        remove_below(os.path.join(folder, "trees"), ".new-")
        before = tree_of(folder, version)
        # another update has fetched that commit by now
        if before is not None and re.match(r"^[0-9a-f]{40,64}$", version) and not parameters["track_submodules"]:
            os.utime(before)
            return {"changed": False, "revision": version, "tree": os.path.basename(before)}
        askpass = os.path.join(helper, "askpass")
        with open(askpass, "w") as file:
            file.write(ASKPASS)
        os.chmod(askpass, stat.S_IRWXU)
        git = Git(parameters, helper)
        name = hashlib.sha256(parameters["url"].encode()).hexdigest()[:24]
        os.makedirs(repositories, mode=0o700, exist_ok=True)
        repository = os.path.join(repositories, name)
        commit = git.fetch(repository, parameters["url"], version, parameters["refspec"])
        tree = tree_of(folder, commit)
        if tree is not None and not parameters["track_submodules"]:
            os.utime(tree)
            return {"changed": False, "revision": commit, "tree": os.path.basename(tree)}
        with tempfile.TemporaryDirectory(prefix=".lay-", dir=folder) as first:
            commits = git.lay_out(repository, commit, first, parameters["url"])
            tree_name = commit
            if parameters["track_submodules"] and commits:
                tree_name = "%s-%s" % (commit, hashlib.sha256("\n".join(commits).encode()).hexdigest()[:16])
            place = os.path.join(folder, "trees", tree_name)
            if os.path.isdir(place):
                os.utime(place)
                return {"changed": False, "revision": commit, "tree": tree_name}
            with new_tree(folder, tree_name) as target:
                os.rmdir(target)
                os.rename(first, target)
                os.mkdir(first)
                os.chmod(target, 0o755)
        remove_unused(folder, tree_name)
        return {"changed": True, "revision": commit, "tree": tree_name}


def main():
    text = {"type": "str", "default": ""}
    module = AnsibleModule(
        argument_spec={
            "folder": {"type": "path", "required": True},
            "url": {"type": "str", "required": True},
            "version": text,
            "refspec": text,
            "track_submodules": {"type": "bool", "default": False},
            "username": text,
            "password": {"type": "str", "default": "", "no_log": True},
            "hosts": {"type": "list", "elements": "str", "default": []},
        }
    )
    helper = tempfile.mkdtemp(prefix="project-git-")
    try:
        module.exit_json(**update(module.params, helper))
    except SourceError as error:
        module.fail_json(msg=str(error))
    finally:
        shutil.rmtree(helper, ignore_errors=True)


if __name__ == "__main__":
    main()
