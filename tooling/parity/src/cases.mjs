/**
 * What is run with both runners, with one fork.
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {string} [playbook] file of `project/`; default: the name with `.yml`
 * @property {string} [module] runs this module instead of a playbook
 * @property {string} [moduleArgs]
 * @property {string} [hosts]
 * @property {number} [verbosity]
 * @property {string} [cmdline]
 * @property {Readonly<Record<string, string>>} [env]
 * @property {Readonly<Record<string, string>>} [passwords]
 * @property {boolean} [omitEventData]
 * @property {boolean} [onlyFailedEventData]
 * @property {string} [tags]
 * @property {boolean} [ownPace] hosts do not wait for one another
 */

/** @param {string} name @param {Omit<Case, 'name'>} [options] @returns {Case} */
const one = (name, options = {}) => ({ name, ...options });
/** @param {string} name @param {string} module @param {Omit<Case, 'name'>} [options] @returns {Case} */
const adHoc = (name, module, options = {}) => ({ name, module, hosts: 'pair', ...options });

/** @type {readonly Case[]} */
export const cases = [
  one('hello'),
  one('loops'),
  one('blocks'),
  one('handlers'),
  one('notify-chain'),
  one('includes'),
  one('roles'),
  one('async'),
  one('delegate'),
  one('run-once'),
  one('check-diff', { cmdline: '--check --diff' }),
  one('diff', { playbook: 'check-diff.yml', cmdline: '--diff' }),
  one('free', { ownPace: true }),
  one('host-pinned', { ownPace: true }),
  one('unreachable'),
  one('ignored'),
  one('no-log'),
  one('no-log-verbose', { playbook: 'no-log.yml', verbosity: 1 }),
  one('unicode'),
  one('huge-lines', { verbosity: 1 }),
  one('colours', { verbosity: 1 }),
  one('several-plays', { env: { ANSIBLE_SHOW_CUSTOM_STATS: '1' } }),
  one('import-error'),
  one('include-error'),
  one('syntax-error'),
  one('missing-playbook'),
  one('prompts', {
    passwords: { 'Which fruit: ': 'fig', 'Which colour.*: ': '', '[Tt]he code: ': '1234' },
  }),
  one('retries'),
  one('serial'),
  one('meta-tasks'),
  one('module-failures'),
  one('missing-module'),
  one('warnings'),
  one('facts'),
  one('no-hosts-left'),
  one('fails-on-stderr', { env: { ANSIBLE_DISPLAY_FAILED_STDERR: '1' } }),
  one('arguments', { env: { ANSIBLE_DISPLAY_ARGS_TO_STDOUT: '1' } }),
  one('values', { verbosity: 1 }),
  one('tags', { tags: 'wanted' }),
  one('listing', { playbook: 'blocks.yml', cmdline: '--list-tasks' }),
  one('no-colour', { playbook: 'hello.yml', env: { ANSIBLE_NOCOLOR: '1' } }),
  one('very-verbose', {
    playbook: 'hello.yml',
    verbosity: 3,
    env: { ANSIBLE_PIPELINING: '0' },
  }),
  one('most-verbose', { playbook: 'handlers.yml', verbosity: 5 }),
  one('omit-data', { playbook: 'ignored.yml', omitEventData: true }),
  one('only-failed-data', { playbook: 'ignored.yml', onlyFailedEventData: true }),
  one('minimal-callback', { playbook: 'ignored.yml', env: { ANSIBLE_STDOUT_CALLBACK: 'minimal' } }),
  adHoc('ad-hoc', 'ping'),
  adHoc('ad-hoc-verbose', 'command', { moduleArgs: 'echo hi', verbosity: 3 }),
  adHoc('ad-hoc-failure', 'command', { moduleArgs: 'false' }),
  adHoc('ad-hoc-raw', 'raw', { moduleArgs: "printf 'one\\ntwo'", hosts: 'h1' }),
  adHoc('ad-hoc-unreachable', 'command', { moduleArgs: 'true', hosts: 'lost' }),
  adHoc('ad-hoc-nobody', 'ping', { hosts: 'nobody_at_all' }),
];
