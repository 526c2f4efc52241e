import { podOf } from '../pod-node.mjs';
import { idle, writingPod } from './fault.mjs';

/**
 * @param {string} name
 * @param {string} letters
 * @param {import('@receptorjs/tooling-kubernetes-cluster').FaultRule[]} rules
 * @returns {import('./fault.mjs').Fault}
 */
const survived = (name, letters, ...rules) => ({
  name,
  ...writingPod(letters, 5),
  rules,
  shows: /^Finished$/,
});

/** Answers of an API server on a bad day. @type {import('./fault.mjs').Fault[]} */
export const apiFaults = [
  {
    name: '403 to the creation',
    pod: podOf(idle),
    rules: [{ verb: 'create', fault: { status: 403, message: 'pods is forbidden' } }],
    shows: /pods is forbidden/,
    code: 'forbidden',
  },
  {
    name: '401 to the creation, for good',
    pod: podOf(idle),
    rules: [{ verb: 'create', fault: { status: 401 } }],
    shows: /Unauthorized/,
    code: 'login-refused',
  },
  {
    name: '500 to the creation, for good',
    pod: podOf(idle),
    rules: [{ verb: 'create', fault: { status: 500 } }],
    shows: /InternalError/,
    code: 'cluster-unreachable',
  },
  survived('429 to the creation, 3 times', 'fa', {
    verb: 'create',
    times: 3,
    fault: { status: 429, retryAfterSeconds: 1 },
  }),
  survived('500 to the creation, 3 times', 'fb', {
    verb: 'create',
    times: 3,
    fault: { status: 500 },
  }),
  survived('503 to the creation, 3 times', 'fc', {
    verb: 'create',
    times: 3,
    fault: { status: 503 },
  }),
  survived('the answer to the creation is lost', 'fd', {
    verb: 'create',
    times: 1,
    fault: { loseAnswer: true },
  }),
  survived(
    '401 to its output, 3 times: a token expires',
    'fe',
    { verb: ['exec', 'log'], times: 1, fault: { cutAfterMs: 1_000 } },
    { verb: ['exec', 'log'], times: 3, fault: { status: 401 } },
  ),
  survived('410 to its watch, 3 times', 'ff', {
    verb: 'watch',
    times: 3,
    fault: { watch: { goneAfter: 0 } },
  }),
  survived('each event of its watch is 3 s late', 'fg', {
    verb: 'watch',
    fault: { watch: { delayMs: 3_000 } },
  }),
  survived('no event of its watch comes', 'fh', {
    verb: 'watch',
    fault: { watch: { drop: () => true } },
  }),
  survived('each answer takes 3 s', 'fi', { fault: { delayMs: 3_000 } }),
];
