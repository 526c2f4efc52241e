import { podOf } from '../pod-node.mjs';
import { streamsOf, writingPod } from './fault.mjs';

/** What a role lets do with the streams of pods, beside all that is needed otherwise. @typedef {{ attach: string[], exec: string[] }} Streams */

/** @param {Streams} streams */
const rulesOf = ({ attach, exec }) =>
  Object.entries({
    pods: ['get', 'list', 'watch', 'create', 'delete'],
    'pods/log': ['get'],
    'pods/attach': attach,
    'pods/exec': exec,
    events: ['list'],
  }).flatMap(([resource, verbs]) =>
    verbs.length === 0 ? [] : [{ apiGroups: [''], resources: [resource], verbs }],
  );

/** @param {Streams} streams @returns {NonNullable<import('./fault.mjs').Fault['login']>} */
const loginWith =
  (streams) =>
  async ({ cluster, proxy, namespace }) =>
    proxy.kubeconfig(await cluster.serviceAccount({ namespace, rules: rulesOf(streams) }));

/** Logins that may do less than is needed. @type {import('./fault.mjs').Fault[]} */
export const roles = [
  {
    name: 'a role with create alone on pods/attach',
    pod: podOf(['cat']),
    stdinBytes: 1_000,
    login: loginWith({ attach: ['create'], exec: ['get', 'create'] }),
    shows: /forbidden.*the role needs the verb get on pods\/attach/,
    code: 'input-lost',
  },
  {
    name: 'a role without pods/exec: by the log',
    ...writingPod('ga', 5),
    login: loginWith({ attach: ['get', 'create'], exec: [] }),
    shows: /^Finished$/,
    unmet: (context) => {
      if (streamsOf(context, 'exec') > 0) return 'pods/exec was asked for';
      return streamsOf(context, 'log') > 0 ? undefined : 'its log was not read';
    },
  },
];
