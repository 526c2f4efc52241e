/**
 * What event plugins of the runner are made of. A plugin knows how to carry one message to its far side; this package
 * does the rest: it takes statuses and events without ever holding the run up, keeps them in memory and beyond a mebibyte on
 * disk, delivers them in order and at least once with a growing wait between attempts, and says at the end what became of them.
 *
 * A plugin is a package whose name begins with `runner-events-` (in any scope), whose keywords contain
 * `ansible-runner-event-plugin`, and whose default export is an `EventPlugin`. With `"ansibleRunnerPlugin": { "name": "log",
 * "settings": ["runner_log_url"] }` in its manifest it is loaded only for runs that set that. This one sends to a log over HTTP:
 *
 * ```ts
 * import type { EventPlugin } from '@receptorjs/runner-core';
 * import { deliver, EventPluginError, PluginSettings, type Message } from '@receptorjs/runner-events';
 *
 * const plugin: EventPlugin = {
 *   name: 'log',
 *   async open(context) {
 *     const settings = new PluginSettings(context, 'runner_log');
 *     const url = settings.text('url'); // runner_log_url in env/settings, or RUNNER_LOG_URL
 *     if (url === undefined) return undefined;
 *     if (!URL.canParse(url)) settings.reject('url', 'a URL');
 *     const carrier = {
 *       async send(message: Message, signal: AbortSignal) {
 *         const answer = await fetch(url, { method: 'PUT', body: message.body, headers: { id: message.id }, signal });
 *         if (answer.status === 413) throw new EventPluginError('refused', 'too long for the log');
 *         if (!answer.ok) throw new EventPluginError('unreachable', `answered ${answer.status}`);
 *       },
 *       close: async () => {},
 *     };
 *     return deliver(context, { plugin: 'log', target: new URL(url).host, carrier, settings });
 *   },
 * };
 * export default plugin;
 * ```
 *
 * Every plugin made this way has the settings `<prefix>_timeout_seconds` (30: how long an attempt may take),
 * `<prefix>_drain_seconds` (5: how long the end of a run waits for what is not delivered yet) and `<prefix>_spool_bytes`
 * (268435456: how much may wait on disk; 0: nothing goes to disk). At that bound, new events are dropped and counted, statuses
 * are not. What is not delivered when the run has ended waits in `.undelivered/` beside the artifact folders, and the next run with
 * the same target delivers it first, or after its own when that has failed twice; `ansible-runner process` does, too. An event's id
 * is `<ident>/<counter>-<uuid>`; a receiver that has seen it has seen the event.
 *
 * A program finds the plugins that are installed beside it and hands them to a run:
 *
 * ```ts
 * import { run } from '@receptorjs/runner-core';
 * import { findEventPlugins } from '@receptorjs/runner-events';
 *
 * const { plugins, problems } = await findEventPlugins({ from: import.meta.url });
 * for (const problem of problems) console.error(problem.message);
 * const result = await run({ privateDataDir: 'demo', playbook: 'site.yml', plugins });
 * console.log(result.deliveries);
 * ```
 *
 * A `missingPlugin` in the place of one that is not installed warns of settings that ask for it.
 *
 * `@receptorjs/runner-events/testing` checks a plugin against a receiver that is slow, silent, gone and back.
 *
 * @packageDocumentation
 */
export { deliver, type DeliverOptions } from './deliver.js';
export type { Carrier } from './delivery.js';
export { EventPluginError, type EventPluginErrorCode } from './errors.js';
export {
  findEventPlugins,
  PLUGIN_KEYWORD,
  type FindOptions,
  type FoundPlugins,
} from './find-plugins.js';
export type { Message } from './message.js';
export { missingPlugin, type KnownPlugin } from './missing-plugin.js';
export { PluginSettings } from './plugin-settings.js';
