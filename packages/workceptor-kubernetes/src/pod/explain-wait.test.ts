import { expect, it } from 'vitest';
import { KubernetesError } from '../errors.js';
import type { ClusterEvent, Pod } from '../cluster/objects.js';
import { explainWait } from './explain-wait.js';
import { PodProgress } from './pod-progress.js';

const pod: Pod = {
  metadata: { name: 'p', uid: 'u' },
  spec: { nodeName: 'n' },
  status: {
    phase: 'Pending',
    containerStatuses: [{ name: 'worker', state: { waiting: { reason: 'ContainerCreating' } } }],
  },
};
const times = { first: 1, every: 1 };

function asked(answers: readonly (readonly ClusterEvent[] | KubernetesError)[]): {
  readonly progress: PodProgress;
  readonly over: AbortController;
  readonly explained: Promise<void>;
  readonly questions: () => number;
} {
  const progress = new PodProgress('u', () => undefined);
  progress.see(pod);
  const over = new AbortController();
  let questions = 0;
  const ask = (): Promise<readonly ClusterEvent[]> => {
    const answer = answers[questions] ?? [];
    questions += 1;
    if (questions >= answers.length) over.abort();
    return answer instanceof KubernetesError ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const explained = explainWait(progress, ask, over.signal, times);
  return { progress, over, explained, questions: () => questions };
}

it('asks again after an error that passes', async () => {
  const away = new KubernetesError('unreachable', 'away');
  const mount = { reason: 'FailedMount', message: 'no such volume' };
  const { progress, explained } = asked([away, [], [mount]]);
  await explained;
  expect(progress.course).toMatchObject({
    waiting: { code: 'volume', text: 'FailedMount: no such volume' },
  });
});

it('asks no more where the role does not let it', async () => {
  const refused = new KubernetesError('forbidden', 'no');
  const { explained, questions } = asked([refused, [], []]);
  await explained;
  expect(questions()).toBe(1);
});
