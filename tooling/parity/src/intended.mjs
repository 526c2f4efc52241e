/**
 * What differs on purpose, with the reason; docs/differences.md tells users about it.
 *
 * @typedef {object} Intended
 * @property {string} name
 * @property {string} reason
 * @property {string} [since] version of Ansible in which it came up; with earlier ones it does not occur
 * @property {(difference: import('./compare.mjs').Difference) => boolean} covers
 */

/** @type {readonly Intended[]} */
export const intended = [
  {
    name: 'handlers that run again have an id of their own',
    reason: 'an id that occurs twice is no id; the original gives a suffix to tasks and plays only',
    covers: ({ where, path, ours }) =>
      where.startsWith('playbook_on_task_start') &&
      (path === 'parent_uuid' || (path.endsWith('uuid') && /_\d+$/.test(String(ours)))),
  },
  {
    name: 'ansible_env is left out of facts whatever the module is called',
    reason: 'defect 18: the full names of setup and gather_facts keep it',
    covers: ({ path, ours }) =>
      path === 'event_data.res.ansible_facts.ansible_env' && ours === undefined,
  },
  {
    name: 'the recap keeps its data where only failures do',
    reason: 'defect 19: without it the stats of the run are lost',
    covers: ({ test, where, theirs }) =>
      test === 'only-failed-data' && where.startsWith('playbook_on_stats') && theirs === undefined,
  },
  {
    name: 'deprecation warnings say who deprecates and when it ends',
    reason: 'Ansible looks at the calling code for that, and there the original stands in between',
    since: '2.19',
    covers: ({ path, ours, theirs }) =>
      /^event_data\.res\.deprecations\.\d+\..*name$/.test(path)
        ? theirs === null
        : [ours, theirs].every((text) => String(text).includes('[DEPRECATION WARNING]')) &&
          String(theirs).includes('will be removed in the future'),
  },
];
