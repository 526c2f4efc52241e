/**
 * Event plugin of the runner: pushes each status and event as JSON, one message of one part each, to a ZeroMQ PULL socket. Install it
 * beside the runner, and set where to send in `env/settings` of the private data dir:
 *
 * ```yaml
 * runner_socket_url: tcp://collector.example.org:5556
 * ```
 *
 * | Setting | Meaning |
 * | --- | --- |
 * | `runner_socket_url` | `tcp://host:port` or `ipc:///path` of the PULL socket; the runner connects, the receiver binds. |
 * | `runner_socket_server_key` | The receiver's CURVE public key (40 characters of Z85): encrypts, and makes sure who it is. |
 * | `runner_socket_public_key`, `runner_socket_secret_key` | The runner's own CURVE keys, for receivers that ask who sends. Default: made up for each run. |
 * | `runner_socket_username`, `runner_socket_password` | For receivers with the PLAIN mechanism; not together with CURVE. |
 * | `runner_socket_acknowledge` | `false` for receivers that do not answer ZMTP's PING (libzmq before 4.2): written counts as delivered. Default `true`. |
 * | `runner_socket_timeout_seconds` | How long connecting and the answer may take. Default 30. |
 * | `runner_socket_drain_seconds` | How long the end of a run waits for what is not delivered yet. Default 5, at most 600. |
 * | `runner_socket_spool_bytes` | How much may wait on disk. Default 268435456; 0: nothing goes to disk. |
 *
 * Each may come as an environment variable of the runner, such as `RUNNER_SOCKET_URL`, which wins over the settings.
 *
 * A message counts as delivered when the receiver's ZeroMQ has it: the plugin asks by a PING behind the messages, which is answered
 * when everything before it has been read. A receiver whose queue is full so holds the runner's spool back, never the run. What was
 * not answered is sent again after a reconnection. ZeroMQ has no place for an id beside the body: an event is known by its `runner_ident`,
 * `counter` and `uuid`, a status by its `runner_ident` and `status`.
 *
 * A program hands the plugin to a run:
 *
 * ```ts
 * import { run } from '@receptorjs/runner-core';
 * import zmq from '@receptorjs/runner-events-zmq';
 *
 * const settings = { runner_socket_url: 'tcp://127.0.0.1:5556' };
 * const result = await run({ privateDataDir: 'demo', playbook: 'site.yml', settings, plugins: [zmq] });
 * console.log(result.deliveries);
 * ```
 *
 * @packageDocumentation
 */
export { zmqPlugin as default } from './zmq-plugin.js';
