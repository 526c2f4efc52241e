/**
 * Event plugin of the runner: publishes each status and event as JSON to an MQTT broker. Install it beside the runner, and set where to
 * send in `env/settings` of the private data dir:
 *
 * ```yaml
 * runner_mqtt_url: mqtts://broker.example.org
 * runner_mqtt_username: runner
 * ```
 *
 * Events go to the topic `ansible-runner/<ident>/events`, statuses to `ansible-runner/<ident>/status`; what a topic may not have in a
 * level (`/`, `+`, `#`, `%`) is written as in URLs, such as `%2F`.
 *
 * | Setting | Meaning |
 * | --- | --- |
 * | `runner_mqtt_url` | The broker: `mqtt://`, `mqtts://`, `ws://` or `wss://`. |
 * | `runner_mqtt_topic` | What stands before `/<ident>/events`. Default `ansible-runner`. |
 * | `runner_mqtt_qos` | Quality of service. Default 1: the broker acknowledges. 0: written counts as delivered. 2: exactly once while the connection lasts. |
 * | `runner_mqtt_retain_status` | `true`: the broker keeps the last status of each run for who subscribes later. Default `false`. |
 * | `runner_mqtt_username`, `runner_mqtt_password` | For the broker; they win over those in the URL. |
 * | `runner_mqtt_client_id` | Default: made up for each run. |
 * | `runner_mqtt_protocol_version` | 5, or 4 for brokers that know only MQTT 3.1.1 and do not say so. Default 5. |
 * | `runner_mqtt_ca_file` | File with the certificates (PEM) to trust instead of the system's. |
 * | `runner_mqtt_cert_file`, `runner_mqtt_key_file` | Files with the certificate and key (PEM) to show to the broker. |
 * | `runner_mqtt_verify` | `false`: any certificate will do. Default `true`. |
 * | `runner_mqtt_timeout_seconds` | How long connecting and the acknowledgement may take. Default 30. |
 * | `runner_mqtt_drain_seconds` | How long the end of a run waits for what is not delivered yet. Default 5, at most 600. |
 * | `runner_mqtt_spool_bytes` | How much may wait on disk. Default 268435456; 0: nothing goes to disk. |
 *
 * Each may come as an environment variable of the runner, such as `RUNNER_MQTT_URL`, which wins over the settings.
 *
 * MQTT 5 is spoken, and 3.1.1 with brokers that say that they know no other. In MQTT 5 each message has the user property `id`,
 * `<ident>/<counter>-<uuid>` for events; a subscriber that has seen it has seen the message. A message the broker is not allowed to take
 * from this user, or that is longer than it takes, is counted and the next one is sent; after anything else it is sent again.
 *
 * A program hands the plugin to a run:
 *
 * ```ts
 * import { run } from '@receptorjs/runner-core';
 * import mqtt from '@receptorjs/runner-events-mqtt';
 *
 * const settings = { runner_mqtt_url: 'mqtt://127.0.0.1' };
 * const result = await run({ privateDataDir: 'demo', playbook: 'site.yml', settings, plugins: [mqtt] });
 * console.log(result.deliveries);
 * ```
 *
 * @packageDocumentation
 */
export { mqttPlugin as default } from './mqtt-plugin.js';
