import { errorText } from '@receptorjs/primitives';
import type { EventPlugin } from '@receptorjs/runner-core';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  either,
  instanceOf,
  object,
  optional,
  text,
  validateOptions,
} from '@receptorjs/validation';
import { EventPluginError } from './errors.js';
import { isAskedFor } from './missing-plugin.js';
import { announcementIn, entryOf, isPluginName } from './package-entry.js';

/** What the manifest of a plugin's package has among its keywords. */
export const PLUGIN_KEYWORD = 'ansible-runner-event-plugin';

/** How the name of a plugin's package begins, after its scope; others are not looked into. */
const NAME = /^runner-events-/;

/** Where plugins are looked for. */
export interface FindOptions {
  /**
   * A file (path or `file:` URL) beside which plugins are installed, such as the program that uses the runner:
   * the `node_modules` of its package and those it lies in are searched. Default: this package's own.
   */
  readonly from?: string | URL;
  /** `ANSIBLE_RUNNER_PLUGINS_PATH` and `NODE_PATH` name further folders of packages. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What was found. */
export interface FoundPlugins {
  readonly plugins: readonly EventPlugin[];
  /** Packages that can't be used, each with `code` `plugin`, its place and the reason. */
  readonly problems: readonly EventPluginError[];
}

/**
 * Finds the event plugins that are installed: packages whose name begins with `runner-events-` (in any scope) and
 * whose keywords contain {@link PLUGIN_KEYWORD}. Their module has the plugin as default export, or as `plugin`. It is loaded
 * at once, or, when the manifest has `"ansibleRunnerPlugin": { "name": "http", "settings": ["runner_http_url"] }`, for runs that set
 * one of these: other runs then do not wait for it, and why it can't be loaded is a warning of those that want it.
 *
 * Searched are, in this order: the folders of `ANSIBLE_RUNNER_PLUGINS_PATH` (which may be packages themselves), those beside
 * the runner, those of `NODE_PATH`. Of two plugins with one name the first counts. Never the working folder nor the private data
 * dir: what lies there is data, not program.
 */
export async function findEventPlugins(options: FindOptions = {}): Promise<FoundPlugins> {
  validateOptions<FindOptions>('findEventPlugins', options, {
    from: optional(either(text, instanceOf(URL))),
    env: optional(object),
  });
  const env = options.env ?? process.env;
  const named = (name: string) => (env[name] ?? '').split(delimiter).filter((path) => path !== '');
  const own = named('ANSIBLE_RUNNER_PLUGINS_PATH').map((path) => resolve(path));
  const folders = [
    ...own,
    ...(await foldersBeside(options.from ?? import.meta.url)),
    ...named('NODE_PATH'),
  ];
  const packages = [...own, ...(await Promise.all(folders.map(candidates))).flat()];
  const plugins = new Map<string, EventPlugin>();
  const problems: EventPluginError[] = [];
  const seen = new Set<string>();
  for (const folder of packages) {
    const real = await realpath(folder).catch(() => undefined);
    if (real === undefined || seen.has(real)) continue;
    seen.add(real);
    try {
      const plugin = await pluginIn(folder);
      if (plugin !== undefined && !plugins.has(plugin.name)) plugins.set(plugin.name, plugin);
    } catch (cause) {
      const why = errorText(cause);
      problems.push(
        new EventPluginError('plugin', `The event plugin in ${folder} can't be loaded: ${why}`, {
          cause,
        }),
      );
    }
  }
  return { plugins: [...plugins.values()], problems };
}

/** The folders of packages that a file's package may use and that lie beside it. */
async function foldersBeside(from: string | URL): Promise<string[]> {
  const isUrl = from instanceof URL || from.startsWith('file:');
  const given = isUrl ? fileURLToPath(from) : resolve(from);
  const folders: string[] = [];
  let inPackage = true;
  for (let at = dirname(await realpath(given).catch(() => given)); ; at = dirname(at)) {
    if (basename(at) === 'node_modules') folders.push(at);
    else if (inPackage && (await readManifest(at)) !== undefined) {
      folders.push(join(at, 'node_modules'));
      inPackage = false;
    }
    if (at === dirname(at)) return folders;
  }
}

/** Packages in a folder of packages that have the name of a plugin. */
async function candidates(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const inScopes = await Promise.all(
    names
      .filter((name) => name.startsWith('@'))
      .map(async (scope) =>
        (await readdir(join(folder, scope)).catch(() => [])).map((name) => join(scope, name)),
      ),
  );
  return [...names, ...inScopes.flat()]
    .filter((name) => NAME.test(basename(name)))
    .sort()
    .map((name) => join(folder, name));
}

/** The plugin of a package; `undefined` when it is no package of a plugin. */
async function pluginIn(folder: string): Promise<EventPlugin | undefined> {
  const manifest = await readManifest(folder);
  const keywords: unknown = manifest?.keywords;
  if (manifest === undefined || !Array.isArray(keywords) || !keywords.includes(PLUGIN_KEYWORD))
    return undefined;
  const announced = announcementIn(manifest);
  if (announced === undefined) return load(folder, manifest);
  return {
    name: announced.name,
    open: async (context) => {
      if (!announced.settings.some((key) => isAskedFor(context, key))) return undefined;
      return (await load(folder, manifest)).open(context);
    },
  };
}

async function load(
  folder: string,
  manifest: Readonly<Record<string, unknown>>,
): Promise<EventPlugin> {
  const file = join(folder, entryOf(manifest));
  const module = (await import(pathToFileURL(file).href)) as {
    default?: unknown;
    plugin?: unknown;
  };
  const plugin = module.default ?? module.plugin;
  if (!isPlugin(plugin))
    throw new TypeError(
      'its default export must be an object with a name (a-z, 0-9, -) and open().',
    );
  return plugin;
}

function isPlugin(value: unknown): value is EventPlugin {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    isPluginName(value.name) &&
    'open' in value &&
    typeof value.open === 'function'
  );
}

async function readManifest(folder: string): Promise<Record<string, unknown> | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
