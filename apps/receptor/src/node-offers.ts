import { fieldsOf, type Action } from '@receptorjs/receptor-config';
import { withRunnerWork, type Installation, type Notice } from './runner-work.js';
import { impossibleLogins } from './checks/impossible-login.js';
import { unsupportedIn } from './checks/unsupported.js';
import { openServices } from './checks/unauthenticated.js';

/** What a node does with a configuration. */
export interface NodeOffers {
  /** The actions of the configuration, and those that are offered besides. */
  readonly actions: readonly Action[];
  /** What the operator should know of them. */
  readonly notices: readonly Notice[];
}

/** What this process does with a configuration, from where it lies; see {@link nodeOffers}. */
export function offersOf(configured: readonly Action[]): NodeOffers {
  const [, executable = ''] = process.argv;
  return nodeOffers(configured, { executable, module: import.meta.url });
}

/**
 * Adds to a configuration what the node offers by itself, and looks for what of it can't be carried out and for what is open to
 * strangers.
 */
export function nodeOffers(configured: readonly Action[], installation: Installation): NodeOffers {
  const { actions, notice } = withRunnerWork(configured, installation);
  const open = openServices(actions).map((text): Notice => ({ level: 'warning', text }));
  const vain = [...unsupportedIn(actions), ...impossibleLogins(actions)];
  const unsupported = vain.map((text): Notice => ({ level: 'warning', text }));
  return { actions, notices: [...unsupported, ...(notice ? [notice] : []), ...open] };
}

/** What `--check` says: which work the node would offer, when it has a control service to submit by, and what the operator should know. */
export function describeOffers({ actions, notices }: NodeOffers): string[] {
  const types = [...fieldsOf(actions, 'work-command'), ...fieldsOf(actions, 'work-kubernetes')].map(
    ({ worktype }) => worktype,
  );
  const isAsked = actions.some(({ action }) => action === 'control-service');
  return [
    ...(isAsked ? [`Work types offered: ${types.join(', ') || 'none'}`] : []),
    ...notices.map(({ level, text }) => (level === 'warning' ? `Warning: ${text}` : text)),
  ];
}
