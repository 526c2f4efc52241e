/** Conditions under which this process imports a module. */
const CONDITIONS = new Set(['node', 'import', 'module-sync', 'default']);

/**
 * The file a package's manifest names as its module, relative to the package.
 *
 * @throws {TypeError} when it names none inside the package.
 */
export function entryOf(manifest: Readonly<Record<string, unknown>>): string {
  const { exports, main } = manifest;
  const root = isMapping(exports) && '.' in exports ? exports['.'] : exports;
  const entry = root === undefined ? (main ?? 'index.js') : pick(root);
  if (typeof entry !== 'string' || entry.split('/').includes('..'))
    throw new TypeError('its package.json names no module (exports, main) that can be imported.');
  return entry;
}

/** What a plugin's manifest says of it, so that its module is loaded only when it is asked for. */
export interface PluginAnnouncement {
  readonly name: string;
  /** The plugin is asked for when one of these settings is set. */
  readonly settings: readonly string[];
}

/**
 * Reads `ansibleRunnerPlugin`.
 *
 * @throws {TypeError} when it is there and can't be used.
 */
export function announcementIn(
  manifest: Readonly<Record<string, unknown>>,
): PluginAnnouncement | undefined {
  const given = manifest.ansibleRunnerPlugin;
  if (given === undefined) return undefined;
  const { name, settings } = isMapping(given) ? given : {};
  if (!isPluginName(name) || !Array.isArray(settings) || !settings.every(isText))
    throw new TypeError(
      'ansibleRunnerPlugin in its package.json must have a name (a-z, 0-9, -) and settings, a list of keys.',
    );
  return { name, settings };
}

/** Whether a plugin may be called so. */
export function isPluginName(value: unknown): value is string {
  return isText(value) && /^[a-z][a-z0-9-]{0,30}$/.test(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function pick(target: unknown): unknown {
  if (!isMapping(target)) return target;
  for (const [condition, next] of Object.entries(target)) {
    const picked = CONDITIONS.has(condition) ? pick(next) : undefined;
    if (picked !== undefined) return picked;
  }
  return undefined;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
