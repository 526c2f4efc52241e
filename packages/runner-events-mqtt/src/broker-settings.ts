import type { PluginSettings } from '@receptorjs/runner-events';
import { randomBytes } from 'node:crypto';

/** How to reach a broker and what to do there. */
export interface BrokerSettings {
  /** Without credentials. */
  readonly url: string;
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  readonly retainStatus: boolean;
  readonly clientId: string;
  /** The version to begin with: 4 is 3.1.1. */
  readonly version: 4 | 5;
  readonly username?: string;
  readonly password?: string;
  readonly tls: {
    readonly rejectUnauthorized: boolean;
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
  };
  /** As the summary shows it. */
  readonly shown: string;
  readonly secrets: readonly string[];
}

const SCHEMES = new Set(['mqtt:', 'mqtts:', 'ws:', 'wss:']);

/**
 * Reads the settings of the plugin.
 *
 * @returns `undefined` when there is no URL.
 * @throws {EventPluginError} with `code` `configuration` for what can't be used.
 */
export async function readBroker(settings: PluginSettings): Promise<BrokerSettings | undefined> {
  const text = settings.text('url');
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !SCHEMES.has(url.protocol) || url.hostname === '')
    return settings.reject('url', 'an mqtt://, mqtts://, ws:// or wss:// URL');
  const topic = settings.text('topic') ?? 'ansible-runner';
  if (/[+#\0]|^\$|\/$/.test(topic))
    settings.reject('topic', 'a topic without + and #, not beginning with $ nor ending with /');
  const [ca, cert, key] = await Promise.all(
    ['ca_file', 'cert_file', 'key_file'].map((name) => settings.file(name)),
  );
  const username = settings.text('username') ?? (decoded(url.username) || undefined);
  const password = settings.text('password') ?? (decoded(url.password) || undefined);
  const secrets = [url.password, password ?? '', url.search].filter((part) => part.length > 1);
  const shown = `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
  url.username = '';
  url.password = '';
  return {
    url: url.href,
    topic,
    qos: qualityOf(settings),
    retainStatus: settings.flag('retain_status', false),
    clientId: settings.text('client_id') ?? `ansible-runner-${randomBytes(6).toString('hex')}`,
    version: versionOf(settings),
    tls: {
      rejectUnauthorized: settings.flag('verify', true),
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
    },
    shown: `${shown} ${topic}`,
    secrets,
    username,
    password,
  };
}

function qualityOf(settings: PluginSettings): 0 | 1 | 2 {
  const qos = settings.number('qos', 1, { min: 0, max: 2 });
  return qos === 0 || qos === 1 || qos === 2 ? qos : settings.reject('qos', '0, 1 or 2');
}

function versionOf(settings: PluginSettings): 4 | 5 {
  const version = settings.number('protocol_version', 5, { min: 4, max: 5 });
  return version === 4 || version === 5
    ? version
    : settings.reject('protocol_version', '5, or 4 for MQTT 3.1.1');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
