import { describe, expect, it } from 'vitest';
import { podManifest } from './pod-manifest.js';

const job = { jobId: 7, installUuid: 'here', image: 'registry.example/ee:1' };
const manifest = (override: Readonly<Record<string, unknown>>, more = {}) =>
  JSON.parse(JSON.stringify(podManifest({ ...job, ...more, override }))) as unknown;

describe('the pod of a job', () => {
  it('is the default one without an override', () => {
    expect(manifest({})).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        namespace: 'default',
        name: 'automation-job-7',
        labels: { 'ansible-awx': 'here', 'ansible-awx-job-id': '7' },
      },
      spec: {
        serviceAccountName: 'default',
        automountServiceAccountToken: false,
        containers: [
          {
            name: 'worker',
            image: 'registry.example/ee:1',
            args: ['ansible-runner', 'worker', '--private-data-dir=/runner'],
            resources: { requests: { cpu: '250m', memory: '100Mi' } },
          },
        ],
      },
    });
  });

  it('has what the override says, key by key, but its own name, labels, image and arguments', () => {
    const pod = manifest({
      metadata: { namespace: 'jobs', name: 'mine', labels: { team: 'a', 'ansible-awx': 'other' } },
      spec: {
        nodeSelector: { disk: 'fast' },
        containers: [
          { name: 'w', image: 'mine', args: ['sh'], resources: { limits: { cpu: '1' } } },
          { name: 'sidecar', image: 'side' },
        ],
      },
    });
    expect(pod).toMatchObject({
      metadata: {
        namespace: 'jobs',
        labels: { team: 'a', 'ansible-awx': 'here', 'ansible-awx-job-id': '7' },
      },
      spec: {
        nodeSelector: { disk: 'fast' },
        serviceAccountName: 'default',
        containers: [
          {
            name: 'worker',
            image: 'registry.example/ee:1',
            args: ['ansible-runner', 'worker', '--private-data-dir=/runner'],
            resources: { requests: { cpu: '250m', memory: '100Mi' }, limits: { cpu: '1' } },
          },
          { name: 'sidecar', image: 'side' },
        ],
      },
    });
    expect(pod).toHaveProperty('metadata.name', 'automation-job-7');
  });

  it('has its worker where the override names one', () => {
    const spec = { containers: [{ name: 'side' }, { name: 'worker', tty: false }] };
    expect(manifest({ spec })).toMatchObject({
      spec: { containers: [{ name: 'worker', image: 'registry.example/ee:1' }, { name: 'side' }] },
    });
  });

  it('takes the image of the override where the job has none, and refuses a pod without any', () => {
    const own = { spec: { containers: [{ name: 'worker', image: 'mine' }] } };
    expect(manifest(own, { image: undefined })).toMatchObject({
      spec: { containers: [{ image: 'mine' }] },
    });
    expect(() => manifest({}, { image: undefined })).toThrow(
      expect.objectContaining({ code: 'no-image' }),
    );
  });

  it.each([
    ['another kind', { kind: 'Job' }],
    ['a spec that is none', { spec: 'none' }],
    ['metadata that are none', { metadata: [] }],
    ['containers that are none', { spec: { containers: { name: 'worker' } } }],
    ['a container that is none', { spec: { containers: ['worker'] } }],
  ])('refuses %s', (_, override) => {
    expect(() => manifest(override)).toThrow(expect.objectContaining({ code: 'not-a-pod' }));
  });
});
