import { configure, type Action } from '@receptorjs/receptor-config';
import { expect, it } from 'vitest';
import { kubernetesLimits } from './kubernetes.js';

function actions(...words: string[]): readonly Action[] {
  const configuration = configure(['--node', 'id=a', ...words]);
  return configuration.help ? [] : configuration.actions;
}

it("limits are those of the node, or else of the original's variables; what is no number is none", () => {
  const env = {
    RECEPTOR_KUBE_CLIENTSET_QPS: '7',
    RECEPTOR_KUBE_CLIENTSET_BURST: 'many',
    RECEPTOR_KUBE_CLIENTSET_RATE_LIMITER: 'always',
  };
  const none = { qps: undefined, burst: undefined, rateLimiter: undefined };
  expect(kubernetesLimits(actions(), {})).toEqual(none);
  expect(kubernetesLimits(actions(), env)).toEqual({ ...none, qps: 7, rateLimiter: 'always' });
  const node = actions('receptorkubeclientsetqps=5', 'receptorkubeclientsetburst=9');
  expect(kubernetesLimits(node, env)).toEqual({ qps: 5, burst: 9, rateLimiter: 'always' });
});
