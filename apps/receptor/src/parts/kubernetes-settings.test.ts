import { configure, type Action } from '@receptorjs/receptor-config';
import { expect, it } from 'vitest';
import { kubernetesSettings } from './kubernetes-settings.js';

function actions(...words: string[]): readonly Action[] {
  const configuration = configure(['--node', 'id=a', ...words]);
  return configuration.help ? [] : configuration.actions;
}

it("limits are those of the node, or else of the original's variables; what is no number is none, and said", () => {
  const env = {
    RECEPTOR_KUBE_CLIENTSET_QPS: '7',
    RECEPTOR_KUBE_CLIENTSET_BURST: 'many',
    RECEPTOR_KUBE_CLIENTSET_RATE_LIMITER: 'always',
  };
  const none = { qps: undefined, burst: undefined, rateLimiter: undefined };
  expect(kubernetesSettings(actions(), {})).toEqual({ limits: none, ignored: [] });
  expect(kubernetesSettings(actions(), env)).toEqual({
    limits: { ...none, qps: 7, rateLimiter: 'always' },
    ignored: [
      'Invalid value for RECEPTOR_KUBE_CLIENTSET_BURST: many. Ignoring; allowed is a whole number',
    ],
  });
  const node = actions('receptorkubeclientsetqps=-1', 'receptorkubeclientsetburst=9');
  expect(kubernetesSettings(node, env)).toEqual({
    limits: { qps: -1, burst: 9, rateLimiter: 'always' },
    ignored: [],
  });
  const wrong = actions('receptorkubeclientsetqps=fast');
  expect(kubernetesSettings(wrong, {}).ignored).toEqual([
    'Invalid value for receptorkubeclientsetqps of node: fast. Ignoring; allowed is a whole number',
  ]);
});

it.each([
  ['enabled', []],
  ['auto', []],
  [
    'disabled',
    [
      'RECEPTOR_KUBE_SUPPORT_RECONNECT is disabled, which is not followed: the log of a pod is read on wherever its stream was cut',
    ],
  ],
])('reading on can not be turned off, which is said (%s)', (value, ignored) => {
  const env = { RECEPTOR_KUBE_SUPPORT_RECONNECT: value };
  expect(kubernetesSettings(actions(), env).ignored).toEqual(ignored);
  const node = actions(`receptorkubesupportreconnect=${value}`);
  expect(kubernetesSettings(node, {}).ignored).toEqual(ignored);
});
