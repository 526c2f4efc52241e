import { podOf } from '../pod-node.mjs';
import { writingPod } from './fault.mjs';

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

/** Whether a stream of a fault's pods was asked for. @param {import('./fault.mjs').FaultContext['proxy']} proxy @param {string} namespace @param {string} verb */
const isAsked = ({ requests }, namespace, verb) =>
  requests.some((each) => each.verb === verb && each.url.includes(`/namespaces/${namespace}/`));

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
    unmet: ({ proxy, namespace }) => {
      if (isAsked(proxy, namespace, 'exec')) return 'pods/exec was asked for';
      return isAsked(proxy, namespace, 'log') ? undefined : 'its log was not read';
    },
  },
];
