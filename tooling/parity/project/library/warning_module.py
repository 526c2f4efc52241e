#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule

module = AnsibleModule(argument_spec={"old": {"type": "str", "removed_in_version": "99.0", "removed_from_collection": "a.b"}})
module.warn("mind the gap")
module.deprecate("this way is old", version="99.0", collection_name="a.b")
module.exit_json(changed=True, big=12345678901234567890, small=1e-7, nothing=None)
