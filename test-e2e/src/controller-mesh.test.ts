import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  MeshError,
  type JobSubmission,
  type MeshView,
  type RunEvent,
} from '@receptorjs/controller-core';
import { ControllerMesh } from '@receptorjs/controller-mesh';
import { goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { privateDataDir, runnerWork } from './job.js';
import { Mesh, until, type Daemon } from './mesh.js';

const isWithoutGo = skipsWithoutGo('the control plane on a mesh of the original');

const forever = new AbortController().signal;

const local = { ansible_connection: 'local' };
const inventory = { all: { hosts: ['h1', 'h2'] }, _meta: { hostvars: { h1: local, h2: local } } };

/** Tasks with a pause between them, so that there is a middle. */
const slow = `- hosts: all
  gather_facts: false
  tasks:
${[1, 2, 3, 4, 5, 6]
  .map((at) => `    - debug: {msg: "step ${at} of {{ who }}"}\n    - pause: {seconds: 1}\n`)
  .join('')}`;
const quick =
  '- hosts: all\n  gather_facts: false\n  tasks:\n    - debug: {msg: "for {{ who }}"}\n';

describe.each([
  ['ours', undefined],
  ['the original', goReceptor.path],
])('a control plane on a mesh of %s', (name, command) => {
  const skips = name === 'the original' && isWithoutGo;
  let mesh: Mesh;
  let nodes: { near: Daemon; hop: Daemon; far: Daemon };
  let folder: string;
  let projects: { slow: string; quick: string };
  let first: ControllerMesh;

  beforeAll(async () => {
    if (skips) return;
    mesh = new Mesh();
    folder = join(mesh.folder, 'jobs');
    mkdirSync(folder);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [key, publickey] = [join(mesh.folder, 'work.key'), join(mesh.folder, 'work.pub')];
    writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
    writeFileSync(publickey, publicKey.export({ type: 'spki', format: 'pem' }));
    const work = {
      ...runnerWork['work-command'],
      allowruntimeparams: true,
      verifysignature: true,
    };
    nodes = await mesh.chain(
      [{ 'work-verification': { publickey } }, { 'work-command': work }],
      command === undefined ? {} : { near: command, hop: command, far: command },
    );
    projects = {
      slow: join(privateDataDir(join(mesh.folder, 'slow'), slow), 'project'),
      quick: join(privateDataDir(join(mesh.folder, 'quick'), quick), 'project'),
    };
    first = new ControllerMesh({
      address: `unix:${nodes.near.socket}`,
      folder,
      signing: { privateKey: key },
    });
    second = new ControllerMesh({
      address: `unix:${nodes.hop.socket}`,
      folder,
      signing: { privateKey: key },
    });
  });
  /** Another controller, at another node. */
  let second: ControllerMesh;
  afterAll(async () => {
    if (skips) return;
    await Promise.all([first.close(), second.close()]);
    await mesh.end();
  });

  const job = (
    jobId: number,
    projectFolder: string,
    more: Partial<JobSubmission> = {},
  ): JobSubmission => ({
    jobId,
    node: 'far',
    place: { workType: 'ansible-runner' },
    submissionId: `test-${jobId}`,
    run: () =>
      Promise.resolve({
        task: { kind: 'playbook', playbook: 'play.yml' },
        projectFolder,
        inventory,
        extraVars: { who: 'you' },
      }),
    onUnit: () => Promise.resolve(),
    ...more,
  });

  it.skipIf(skips)('sees the nodes, and the links as they are', async () => {
    const offersWork = async (): Promise<MeshView | undefined> => {
      const view = await first.view();
      const far = view.nodes.find(({ hostname }) => hostname === 'far');
      return far?.workTypes.includes('ansible-runner') === true ? view : undefined;
    };
    // the original advertises once a minute
    const { nodes: seen, links } = await until('the work type', offersWork, 90_000);
    expect(
      seen.map(({ hostname, isReachable, neighbours }) => [hostname, isReachable, neighbours]),
    ).toEqual([
      ['far', true, 1],
      ['hop', true, 2],
      ['near', true, 1],
    ]);
    expect(seen[0]?.workTypes).toEqual(['ansible-runner']);
    expect(links).toMatchObject([
      { source: 'far', target: 'hop', cost: 1 },
      { source: 'hop', target: 'near', cost: 1 },
    ]);
    expect(links[1]?.upSince === undefined).toBe(command !== undefined);
  });

  it.skipIf(skips)('has a node tell how it is, and leaves no unit there', async () => {
    expect(await first.checkHealth('far')).toMatchObject({
      errors: [],
      cpus: expect.any(Number) as number,
      memoryBytes: expect.any(Number) as number,
      version: expect.stringMatching(/^ansible-runner-\d/) as string,
    });
    expect(await first.checkHealth('nobody')).toEqual({ errors: ['there is no route to nobody'] });
    const control = await nodes.far.control();
    expect(await control.workList()).toEqual(new Map());
    control.close();
  });

  it.skipIf(skips)('runs a job to its end, and leaves nothing behind', async () => {
    const stored: unknown[] = [];
    const onUnit = (unitId: string | undefined): Promise<void> => {
      stored.push(unitId);
      return Promise.resolve();
    };
    const unitId = await first.jobs.start(job(1, projects.quick, { onUnit }), forever);
    expect(stored).toEqual([unitId]);
    const unit = { node: 'far', unitId };
    expect(await first.jobs.units('far', forever)).toEqual([
      { unitId, label: { jobId: 1, submissionId: 'test-1' } },
    ]);
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent): void => void events.push(event);
    const end = await first.jobs.follow(unit, { jobId: 1, onEvent }, forever);
    expect(end).toMatchObject({ status: 'successful', rc: 0, missing: [] });
    expect(end.emittedEvents).toBe(events.length);
    expect(events.map(({ counter }) => counter)).toEqual(events.map((_, at) => at + 1));
    expect(events.some(({ stdout }) => stdout.includes('for you'))).toBe(true);
    await first.jobs.release(unit, forever);
    await first.jobs.release(unit, forever);
    expect(await first.jobs.units('far', forever)).toEqual([]);
    const gone = first.jobs.follow(unit, { jobId: 1, onEvent }, forever);
    await expect(gone).rejects.toMatchObject({ code: 'unit-gone' });
    // the socket says that the process lives
    const left = readdirSync(folder).flatMap((own) => readdirSync(join(folder, own)));
    expect(left).toEqual(['alive.sock']);
  });

  it.skipIf(skips)(
    'another controller goes on with a job, and a repeated start runs nothing twice',
    async () => {
      const unitId = await first.jobs.start(job(2, projects.slow), forever);
      const unit = { node: 'far', unitId };
      const counters: number[] = [];
      const stop = new AbortController();
      const half = first.jobs.follow(
        unit,
        {
          jobId: 2,
          onEvent: ({ counter }) => {
            counters.push(counter);
            if (counter === 8) stop.abort(new Error('this controller dies'));
          },
        },
        stop.signal,
      );
      await expect(half).rejects.toThrow('this controller dies');
      const after = counters.length;
      const run = (): never => {
        throw new Error('it is not to be sent again');
      };
      expect(await second.jobs.start(job(2, projects.slow, { unitId, run }), forever)).toBe(unitId);
      const end = await second.jobs.follow(
        unit,
        {
          jobId: 2,
          onEvent: ({ counter }) => {
            if (counter > after) counters.push(counter);
          },
        },
        forever,
      );
      expect(end).toMatchObject({ status: 'successful', emittedEvents: counters.length });
      expect(counters).toEqual(counters.map((_, at) => at + 1));
      await second.jobs.release(unit, forever);
    },
  );

  it.skipIf(skips)('cancels a job', async () => {
    const unitId = await first.jobs.start(job(3, projects.slow), forever);
    const unit = { node: 'far', unitId };
    let canceled: Promise<void> | undefined;
    const end = await first.jobs.follow(
      unit,
      { jobId: 3, onEvent: () => void (canceled ??= second.jobs.cancel(unit, forever)) },
      forever,
    );
    await canceled;
    expect(end.status).toBe('canceled');
    await first.jobs.release(unit, forever);
  });

  it.skipIf(skips)(
    'an attempt that was given up before its unit was known leaves none that runs',
    async () => {
      const dies = (): Promise<void> => Promise.reject(new Error('killed'));
      const attempt = first.jobs.start(job(4, projects.quick, { onUnit: dies }), forever);
      await expect(attempt).rejects.toThrow(MeshError);
      const unitId = await second.jobs.start(job(4, projects.quick), forever);
      const unit = { node: 'far', unitId };
      const end = await second.jobs.follow(unit, { jobId: 4, onEvent: () => undefined }, forever);
      expect(end.status).toBe('successful');
      await second.jobs.release(unit, forever);
      expect(await second.jobs.units('far', forever)).toEqual([]);
    },
  );

  it.skipIf(skips)(
    'a node that can not be reached is told of before anything was sent',
    async () => {
      const start = first.jobs.start(job(5, projects.quick, { node: 'nobody' }), forever);
      await expect(start).rejects.toMatchObject({ code: 'unreachable' });
    },
    60_000,
  );

  it.skipIf(skips)(
    'a link that goes is gone from the view, and a job outlives it',
    async () => {
      const unitId = await first.jobs.start(job(6, projects.slow), forever);
      const counters: number[] = [];
      const following = first.jobs.follow(
        { node: 'far', unitId },
        { jobId: 6, onEvent: ({ counter }) => void counters.push(counter) },
        forever,
      );
      await until('events', () => counters.length > 3 || undefined);
      await nodes.hop.stop('SIGKILL');
      await until('no links', async () => (await first.view()).links.length === 0 || undefined);
      expect(
        (await first.view()).nodes.find(({ hostname }) => hostname === 'far')?.isReachable ?? false,
      ).toBe(false);
      nodes.hop.start();
      const end = await following;
      expect(end).toMatchObject({ status: 'successful', emittedEvents: counters.length });
      expect(counters).toEqual(counters.map((_, at) => at + 1));
      await first.jobs.release({ node: 'far', unitId }, forever);
      expect((await first.view()).links).toHaveLength(2);
    },
    120_000,
  );
});
