import type { DeliverySummary, EventPlugin } from '@receptorjs/runner-core';
import { findEventPlugins, missingPlugin, type KnownPlugin } from '@receptorjs/runner-events';

/** The event plugins of this project: a user who sets one of their addresses expects that something is sent. */
export const KNOWN_PLUGINS: readonly KnownPlugin[] = [
  {
    name: 'http',
    package: '@receptorjs/runner-events-http',
    settings: ['runner_http_url'],
  },
  {
    name: 'zmq',
    package: '@receptorjs/runner-events-zmq',
    settings: ['runner_socket_url'],
  },
  {
    name: 'mqtt',
    package: '@receptorjs/runner-events-mqtt',
    settings: ['runner_mqtt_url'],
  },
];

/**
 * The event plugins that are installed beside this program. One that can't be loaded is warned of; one of this project that is
 * not installed warns the runs whose settings ask for it.
 */
export async function installedPlugins(
  warn: (sentence: string) => void,
): Promise<readonly EventPlugin[]> {
  const { plugins, problems } = await findEventPlugins({ from: import.meta.url });
  for (const problem of problems) warn(problem.message);
  return [...missingAmong(plugins), ...plugins];
}

/** What takes the places of this project's plugins that are not among those given. */
export function missingAmong(plugins: readonly EventPlugin[]): readonly EventPlugin[] {
  return KNOWN_PLUGINS.filter(({ name }) => !plugins.some((one) => one.name === name)).map(
    (known) => missingPlugin(known),
  );
}

/** What became of a run's statuses and events, a sentence for each plugin. */
export function deliverySentence(summary: DeliverySummary): string {
  const { plugin, target, delivered, undelivered, dropped, retries } = summary;
  const parts = [`${delivered} delivered`];
  if (summary.deliveredEarlier > 0) parts.push(`${summary.deliveredEarlier} of earlier runs, too`);
  if (undelivered > 0) parts.push(`${undelivered} kept for the next run`);
  if (dropped > 0) parts.push(`${dropped} lost`);
  if (retries > 0) parts.push(`${retries} attempts repeated`);
  const reason = summary.lastError === undefined ? '' : ` (${summary.lastError})`;
  return `events to ${plugin} ${target}: ${parts.join(', ')}${reason}`;
}
