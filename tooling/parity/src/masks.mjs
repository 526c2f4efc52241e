/** Any uuid in a text. The suffix a repeated task has is not part of it. */
export const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** @type {readonly (readonly [RegExp, string])[]} */
const volatileTexts = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{6}(\+00:00)?/g, '<time>'],
  [/\b\d:\d\d:\d\d\.\d{6}\b/g, '<time span>'],
  [/ansible-tmp-[\d.]+-\d+-\d+/g, '<ansible tmp>'],
  [/ansible-local-[a-z0-9_]+/g, '<ansible local>'],
  [/\btmp[a-z0-9_]{8}\b/g, '<tmp>'],
  [/\bj?\d{9,}\.\d+\b/g, '<job id>'],
  [/^\.[a-z0-9_]{8}$/g, '<tmp>'],
  [/ from \S+\/callback\/awx_display\.py/g, ' from <callback>'],
  [/ansible_(\w+)_payload_\w+/g, 'ansible_$1_payload'],
];

/** Keys whose numbers differ from run to run. */
const volatileNumbers = new Set([
  'pid',
  'duration',
  'atime',
  'mtime',
  'ctime',
  'inode',
  'ansible_async_watcher_pid',
]);

/**
 * A value with everything replaced that differs from run to run, but for uuids.
 *
 * @param {unknown} value
 * @param {string} folder where the run took place
 * @param {string} [key] of the value
 * @returns {unknown}
 */
export function mask(value, folder, key = '') {
  if (key === 'ansible_date_time') return `<${key}>`;
  if (typeof value === 'number' && volatileNumbers.has(key)) return `<${key}>`;
  if (typeof value === 'string')
    return volatileTexts.reduce(
      (text, [pattern, replacement]) => text.replace(pattern, replacement),
      value.replaceAll(folder, '<folder>'),
    );
  if (Array.isArray(value)) return value.map((item) => mask(item, folder));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, mask(item, folder, name)]),
    );
  return value;
}
