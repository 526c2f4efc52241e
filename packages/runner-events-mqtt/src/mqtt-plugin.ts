import type { EventPlugin } from '@receptorjs/runner-core';
import { deliver, PluginSettings } from '@receptorjs/runner-events';
import { readBroker } from './broker-settings.js';

/** Messages that may wait for their acknowledgement at once. */
const WINDOW = 64;

/** Publishes each status and event to an MQTT broker. */
export const mqttPlugin: EventPlugin = {
  name: 'mqtt',
  async open(context) {
    const settings = new PluginSettings(context, 'runner_mqtt');
    const broker = await readBroker(settings);
    if (broker === undefined) return undefined;
    // Loaded here, because a run that publishes nothing needs none of it.
    const { MqttCarrier } = await import('./mqtt-carrier.js');
    const carrier = new MqttCarrier(broker);
    const { shown: target, secrets } = broker;
    return deliver(context, { plugin: 'mqtt', target, carrier, settings, window: WINDOW, secrets });
  },
};
