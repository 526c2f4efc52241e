import type { EventPlugin } from '@receptorjs/runner-core';
import { deliver, PluginSettings } from '@receptorjs/runner-events';
import { HttpCarrier } from './http-carrier.js';
import { readAddress } from './http-address.js';
import { readHeaders } from './http-headers.js';

/** Posts each status and event to a web server. */
export const httpPlugin: EventPlugin = {
  name: 'http',
  async open(context) {
    const settings = new PluginSettings(context, 'runner_http');
    const address = readAddress(settings);
    if (address === undefined) return undefined;
    const headers = readHeaders(settings, address.credentials);
    const [ca, cert, key] = await Promise.all(
      ['ca_file', 'cert_file', 'key_file'].map((name) => settings.file(name)),
    );
    const rejectUnauthorized = settings.flag('verify', true);
    const carrier = new HttpCarrier(address, headers, { ca, cert, key, rejectUnauthorized });
    const secrets = [...Object.values(headers), ...address.secrets];
    const { shown: target, query: distinction } = address;
    return deliver(context, { plugin: 'http', target, distinction, carrier, settings, secrets });
  },
};
