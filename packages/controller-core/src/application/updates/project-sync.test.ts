import { expect, it } from 'vitest';
import type { Project } from '../../ports/records/templates.js';
import { JobsInMemory } from '../jobs/test-jobs.js';
import { TestJobMesh } from '../jobs/test-job-mesh.js';
import { settled, VirtualClock } from '../time/test-virtual-clock.js';
import { PreviousTaskFailed, ProjectSync } from './project-sync.js';

const project = { id: 7, name: 'plays', scm_type: 'git', scm_url: 'u' } as Project;

/** Updates that run until a test ends them; they are jobs 101, 102 and so on. */
async function world() {
  const clock = new VirtualClock();
  const jobs = new JobsInMemory(clock);
  const mesh = new TestJobMesh(jobs.log);
  const lease = await jobs.open('one', 60_000);
  const children: number[] = [];
  const sync = new ProjectSync({
    hostname: 'one',
    folders: {
      find: (_: Project, revision: string) =>
        Promise.resolve(revision === 'abc' ? { revision, folder: 'f' } : undefined),
    } as never,
    updates: {
      createWithin: () => {
        const id = 101 + children.length;
        children.push(id);
        jobs.add(id, { lease_id: lease.id, lease_token: 1, execution_node: 'one' });
        const job = { ...jobs.job(id), name: 'plays', type: 'project_update' };
        const claim = { jobId: id, token: 1 };
        return Promise.resolve({ claim, job, previousController: '', isLocal: true });
      },
    } as never,
    queue: {
      get: (id: number) => Promise.resolve({ ...jobs.job(id), scm_revision: 'abc' } as never),
    },
    owned: jobs,
    runner: () => ({
      ...{ clock, mesh, owned: jobs },
      source: {
        pod: () => Promise.reject(new Error('none')),
        describe: () =>
          Promise.resolve({ task: { kind: 'playbook', playbook: 'p.yml' }, inventory: {} }),
        hostIds: () => Promise.resolve(new Map()),
      },
      newSubmissionId: () => 'name',
    }),
  });
  const want = (ends = new AbortController(), canceled = new AbortController()) =>
    sync
      .fetch(project, 'main', {
        claim: { jobId: 1, token: 1 },
        preparing: { signal: ends.signal, canceled: canceled.signal },
      })
      .then(
        ({ revision }) => revision,
        (error: unknown) => error,
      );
  return { clock, jobs, mesh, children, want };
}

it('an update that fails fails all that wait for it, and none runs another', async () => {
  const { clock, mesh, children, want } = await world();
  const all = Promise.all([want(), want(), want()]);
  await clock.advance(10);
  mesh.end('unit-101', 'failed');
  await clock.advance(100);
  const [first, ...others] = await all;
  expect(first).toBeInstanceOf(PreviousTaskFailed);
  expect(others).toEqual([first, first]);
  expect(children).toEqual([101]);
});

it('where one was ended for its own job, one of those that wait runs it for all', async () => {
  const { clock, jobs, mesh, children, want } = await world();
  const ends = new AbortController();
  const first = want(ends);
  await settled();
  const others = Promise.all([want(), want(), want()]);
  await clock.advance(10);
  ends.abort(new Error('this controller ends'));
  await clock.advance(10);
  expect(await first).toMatchObject({ message: 'this controller ends' });
  // another controller may have it
  expect(jobs.job(101)).toMatchObject({ status: 'running', lease_id: null });
  mesh.end('unit-102', 'successful');
  await clock.advance(100);
  expect(await others).toEqual(['abc', 'abc', 'abc']);
  expect(children).toEqual([101, 102]);
});

it('an update that another controller has adopted is waited for', async () => {
  const { clock, jobs, mesh, want } = await world();
  const wanted = want();
  await clock.advance(10);
  jobs.jobs.set(101, { ...jobs.job(101), lease_token: 2 });
  mesh.end('unit-101', 'successful');
  await clock.advance(5_000);
  expect(jobs.job(101).status).toBe('running');
  jobs.jobs.set(101, { ...jobs.job(101), status: 'successful' });
  await clock.advance(2_000);
  expect(await wanted).toBe('abc');
});
