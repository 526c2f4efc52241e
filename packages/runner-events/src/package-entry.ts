/** Conditions under which this process imports a module. */
const CONDITIONS = new Set(['node', 'import', 'module-sync', 'default']);

/**
 * The file a package's manifest names as its module, relative to the package.
 *
 * @throws TypeError when it names none inside the package.
 */
export function entryOf(manifest: Readonly<Record<string, unknown>>): string {
  const { exports, main } = manifest;
  const root = isMapping(exports) && '.' in exports ? exports['.'] : exports;
  const entry = root === undefined ? (main ?? 'index.js') : pick(root);
  if (typeof entry !== 'string' || entry.split('/').includes('..'))
    throw new TypeError('its package.json names no module (exports, main) that can be imported.');
  return entry;
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
