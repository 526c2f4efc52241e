import { ConfigError, fieldsOf, type Action, type ActionName } from '@receptorjs/receptor-config';

/** Actions that are read and checked, and that this version can't carry out. */
const unsupported: ReadonlySet<ActionName> = new Set([
  'work-kubernetes',
  'work-python',
  'work-signing',
  'work-verification',
]);

/**
 * Refuses what this version can't do, rather than to run without it.
 *
 * @throws ConfigError `config-unknown-action`
 */
export function refuseUnsupported(actions: readonly Action[]): void {
  const found = actions.find(({ action }) => unsupported.has(action));
  if (found !== undefined) {
    throw new ConfigError(
      'config-unknown-action',
      `error in --${found.action}: not supported by this version`,
    );
  }
  if (fieldsOf(actions, 'work-command').some(({ verifysignature }) => verifysignature)) {
    throw new ConfigError(
      'config-bad-value',
      'error in --work-command: verifysignature is not supported by this version',
    );
  }
}
