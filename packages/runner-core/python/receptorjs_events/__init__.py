"""What the callback plugin awx_display is made of, but for the callbacks themselves.

It lies outside of the plugin's folder, because Ansible takes every file in there for a plugin.
"""
