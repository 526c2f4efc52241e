import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { EventPlugin } from '@receptorjs/runner-core';
import { describe, expect, it } from 'vitest';
import { deliver } from './deliver.js';
import { EventPluginError } from './errors.js';
import type { Message } from './message.js';
import { PluginSettings } from './plugin-settings.js';
import { checkEventPlugin, type PluginUnderTest } from './testing.js';

/** How the plugin of this test is wrong on purpose. */
interface Faults {
  readonly body?: (message: Message) => string;
  readonly target?: (url: URL) => string;
}

/** The plugin of the package's documentation. */
function logPlugin(faults: Faults = {}): EventPlugin {
  return {
    name: 'log',
    open(context) {
      const settings = new PluginSettings(context, 'runner_log');
      const address = settings.text('url');
      if (address === undefined) return Promise.resolve(undefined);
      if (!URL.canParse(address))
        return Promise.reject(
          new EventPluginError('configuration', 'runner_log_url must be a URL'),
        );
      const { origin, host, password } = new URL(address);
      const carrier = {
        async send(message: Message, signal: AbortSignal) {
          const body = faults.body?.(message) ?? message.body;
          const headers = { id: message.id };
          const answer = await fetch(origin, { method: 'PUT', body, headers, signal });
          if (answer.status === 413) throw new EventPluginError('refused', 'too long for the log');
          if (!answer.ok) throw new EventPluginError('unreachable', `answered ${answer.status}`);
        },
        close: () => Promise.resolve(),
      };
      const target = faults.target?.(new URL(address)) ?? host;
      const secrets = [password];
      return Promise.resolve(
        deliver(context, { plugin: 'log', target, carrier, settings, secrets }),
      );
    },
  };
}

const tested = (faults?: Faults): PluginUnderTest => ({
  plugin: logPlugin(faults),
  prefix: 'runner_log',
  settings: (port) => ({ runner_log_url: `http://u:canary@127.0.0.1:${port}/` }),
  receiver: async (taken) => {
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        taken({ id: String(request.headers.id), body });
        response.end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      port: (server.address() as AddressInfo).port,
      close: async () => {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        await closed;
      },
    };
  },
  unusable: [{ runner_log_url: 'nonsense' }],
  secrets: ['canary'],
});

checkEventPlugin({ describe, it }, tested());

describe('the suite finds', () => {
  /** Runs one test of the suite for a plugin that is wrong. */
  const verdict = async (name: RegExp, plugin: PluginUnderTest) => {
    const tests = new Map<string, () => Promise<void>>();
    const frame = {
      describe: (_: string, body: () => void) => body(),
      it: (title: string, body: () => Promise<void>) => tests.set(title, body),
    };
    checkEventPlugin(frame, plugin);
    const [, body] = [...tests].find(([title]) => name.test(title)) ?? [];
    return body?.();
  };

  it('bodies that are not what was handed over', async () => {
    const body = ({ body }: Message) => JSON.stringify(JSON.parse(body));
    await expect(verdict(/as they are/, tested({ body }))).rejects.toThrow(/deep-equal/);
  });

  it('secrets in the summary', async () => {
    const target = (url: URL) => url.href;
    await expect(verdict(/nobody answers/, tested({ target }))).rejects.toThrow('a secret shows');
  });

  it('settings that should not have been taken', async () => {
    const plugin = { ...tested(), unusable: [{ runner_log_url: 'http://fine/' }] };
    await expect(verdict(/can not be used/, plugin)).rejects.toThrow(/Missing expected rejection/);
  });

  it('a plugin that opens though nobody asked', async () => {
    const sink = {
      status: () => undefined,
      event: () => undefined,
      close: () => Promise.reject(new Error('never')),
    };
    const plugin = { ...tested(), plugin: { name: 'log', open: () => Promise.resolve(sink) } };
    await expect(verdict(/do not ask/, plugin)).rejects.toThrow();
  });
});
