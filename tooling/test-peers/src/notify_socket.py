"""Listens as systemd does for what services say of themselves: writes each message as a line of JSON."""

import array
import json
import os
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
print(json.dumps("bound"), flush=True)
while True:
    data, ancillary, _, _ = listener.recvmsg(4096, 4096)
    for _, _, carried in ancillary:
        # senders see by a closed descriptor that they were heard
        for descriptor in array.array("i", carried):
            os.close(descriptor)
    if not data.startswith(b"BARRIER"):
        print(json.dumps(data.decode()), flush=True)
