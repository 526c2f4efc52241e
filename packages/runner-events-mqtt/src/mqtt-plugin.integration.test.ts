import { checkEventPlugin } from '@receptorjs/runner-events/testing';
import { describe, it } from 'vitest';
import mqttPlugin from './index.js';
import { startAedes, startMosquitto, subscribe } from './test-broker.js';
import { mosquitto } from './test-mosquitto.js';

const shared = {
  plugin: mqttPlugin,
  prefix: 'runner_mqtt',
  settings: (port: number) => ({
    runner_mqtt_url: `mqtt://runner:hunter2@127.0.0.1:${port}`,
    runner_mqtt_password: 'canary',
  }),
  unusable: [
    { runner_mqtt_url: 'http://x' },
    { runner_mqtt_topic: 'a/#' },
    { runner_mqtt_qos: 3 },
    { runner_mqtt_qos: 1.5 },
    { runner_mqtt_retain_status: 'perhaps' },
  ],
  secrets: ['hunter2', 'canary'],
};

describe('with a broker of MQTT 3.1.1', () => {
  checkEventPlugin(
    { describe, it },
    { ...shared, receiver: async (taken) => subscribe(await startAedes(), taken) },
  );
});

describe.skipIf(mosquitto === undefined)('with mosquitto', () => {
  checkEventPlugin(
    { describe, it },
    {
      ...shared,
      receiver: async (taken) => subscribe(await startMosquitto(), taken, { protocolVersion: 5 }),
    },
  );
});
