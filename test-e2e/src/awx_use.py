"""What a controller does with receptorctl's library for one job, printed as one JSON object.

Arguments: control socket, configuration of the node, private data dir to send, folder for what comes back.
"""

import json
import socket
import sys
import threading
import time

import ansible_runner
from receptorctl.socket_interface import ReceptorControl

control_socket, config, private_data_dir, artifacts = sys.argv[1:]
# the name of a TLS configuration is given too; a Unix socket needs none
receptor = ReceptorControl(control_socket, config=config, tlsclient="none")
found = {}


def answer(command):
    try:
        return receptor.simple_command(command)
    except RuntimeError as error:
        return str(error)
    finally:
        receptor.close()


def state_of(unit):
    status = answer(f"work status {unit}")
    return status["StateName"] if isinstance(status, dict) else status


def wait_for(unit, state):
    for _ in range(600):
        if state_of(unit) == state:
            return
        time.sleep(0.05)


# The job is written into one end of a pair of sockets while receptorctl reads the other one.
writing, reading = socket.socketpair()


def transmit():
    output = writing.makefile("wb")
    ansible_runner.interface.run(
        streamer="transmit", _output=output, private_data_dir=private_data_dir, playbook="play.yml"
    )
    output.flush()
    writing.shutdown(socket.SHUT_WR)


sender = threading.Thread(target=transmit)
sender.start()
submitted = receptor.submit_work(
    worktype="ansible-runner", payload=reading.makefile("rb"), node="far", signwork=True
)
sender.join()
writing.close()
reading.close()
unit = submitted["unitid"]
found["submitted"] = submitted["result"]

# Results are read on a connection of their own while the status is asked for on another.
results_socket, results = receptor.get_work_results(unit, return_socket=True, return_sockfile=True)
events = []


def process():
    run = ansible_runner.interface.run(
        streamer="process",
        quiet=True,
        _input=results,
        private_data_dir=artifacts,
        event_handler=lambda event: events.append(event["event"]),
    )
    found["runner"] = run.status


receiver = threading.Thread(target=process)
receiver.start()
seen = set()
while receiver.is_alive():
    seen.add(state_of(unit))
    receiver.join(0.05)
results_socket.close()
wait_for(unit, "Succeeded")
seen.add(state_of(unit))
# the start may have been seen, or not
found["states"] = sorted(seen - {"Pending"})
found["played"] = "runner_on_ok" in events and "playbook_on_stats" in events
found["detail"] = answer(f"work status {unit}")["Detail"]
found["listed"] = unit in answer("work list")

# A job that is canceled, and results that are asked for twice.
forever = receptor.submit_work(worktype="forever", payload="", node="far", signwork=True)["unitid"]
wait_for(forever, "Running")
found["canceled"] = list(answer(f"work cancel {forever}"))
wait_for(forever, "Canceled")
found["canceledState"] = state_of(forever)
with receptor.get_work_results(forever) as stream:
    found["canceledResults"] = stream.read().decode()

found["released"] = [list(answer(f"work release {each}")) for each in (unit, forever)]
for _ in range(600):
    if answer("work list") == {}:
        break
    time.sleep(0.05)
found["left"] = len(answer("work list"))
found["unknown"] = answer(f"work status {unit}").replace(unit, "UNIT")
try:
    receptor.get_work_results(unit)
except RuntimeError as error:
    found["unknownResults"] = str(error).replace(unit, "UNIT")
receptor.close()

try:
    receptor.submit_work(worktype="forever", payload="", node="far")
except RuntimeError as error:
    found["unsigned"] = str(error)
receptor.close()
found["reload"] = answer("reload")
print(json.dumps(found))
