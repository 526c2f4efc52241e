import type { EventPlugin } from '@receptorjs/runner-core';
import { deliver, PluginSettings } from '@receptorjs/runner-events';
import { readEndpoint } from './endpoint.js';
import { readMechanism } from './read-mechanism.js';
import { ZmqCarrier } from './zmq-carrier.js';

/** Messages on their way at once: one question whether they arrived is enough for all of them. */
const WINDOW = 64;

/** Pushes each status and event to a ZeroMQ socket. */
export const zmqPlugin: EventPlugin = {
  name: 'zmq',
  async open(context) {
    const settings = new PluginSettings(context, 'runner_socket');
    const endpoint = readEndpoint(settings);
    if (endpoint === undefined) return undefined;
    const { mechanism, secrets } = await readMechanism(settings);
    const carrier = new ZmqCarrier(endpoint.socket, mechanism, settings.flag('acknowledge', true));
    const { shown: target } = endpoint;
    return deliver(context, { plugin: 'zmq', target, carrier, settings, window: WINDOW, secrets });
  },
};
