#!/usr/bin/python
"""Removes what was fetched of a project, so that the next update fetches all of it. Trees of revisions stay: they never change, and a job may just be copying one."""

import os
import shutil

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.project_sources import locked


def delete(folder):
    repositories = os.path.join(folder, "repositories")
    with locked(folder):
        if not os.path.isdir(repositories):
            return {"changed": False}
        shutil.rmtree(repositories)
        return {"changed": True}


def main():
    module = AnsibleModule(argument_spec={"folder": {"type": "path", "required": True}})
    try:
        module.exit_json(**delete(module.params["folder"]))
    except OSError as error:
        module.fail_json(msg="what was fetched of the project can't be removed: %s" % error)


if __name__ == "__main__":
    main()
