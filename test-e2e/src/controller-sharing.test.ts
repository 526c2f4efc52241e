import {
  skipsWithoutPostgres,
  startPostgres,
  type TestPostgres,
} from '@receptorjs/tooling-test-postgres';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControllerApp, SourceServer, type Answer } from './controller-app.js';

const START_MS = 600_000;
const RUN_MS = 600_000;
const hello = `- hosts: all
  gather_facts: false
  tasks:
    - debug: {msg: "at {{ awx_project_revision }}"}
`;

describe.skipIf(skipsWithoutPostgres())('two controllers on one PostgreSQL', () => {
  let folder: string;
  let server: SourceServer;
  let postgres: TestPostgres;
  const apps: ControllerApp[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sharing-'));
    server = await SourceServer.start(join(folder, 'served'));
    postgres = await startPostgres();
    const environment = {
      DATABASE_URL: postgres.url(),
      CONTROLLER_SECRET_KEY: randomBytes(32).toString('base64'),
    };
    for (const name of ['one', 'two'])
      apps.push(await ControllerApp.start(join(folder, name), name, environment));
  }, START_MS);
  afterAll(async () => {
    for (const app of apps) await app.stop();
    await postgres.stop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }, START_MS);

  const trees = (name: string, project: number): readonly string[] => {
    const path = join(folder, name, 'projects', '.sources', String(project), 'trees');
    return existsSync(path) ? readdirSync(path) : [];
  };

  it(
    'a controller that lacks the revision of a project fetches it before the job, and no other',
    async () => {
      const [app] = apps as [ControllerApp];
      const only = async (name: string): Promise<void> => {
        for (const { id, hostname } of (await app.ok('GET', 'instances/')).results as (Answer & {
          hostname: string;
        })[])
          await app.ok('PATCH', `instances/${id}/`, { enabled: hostname === name });
      };
      const revision = server.commit('plays', { 'site.yml': hello });
      await only('one');
      const organization = (await app.ok('GET', 'organizations/')).results[0]?.id;
      const project = await app.ok('POST', 'projects/', {
        ...{ name: 'plays', organization, scm_type: 'git', allow_override: true },
        scm_url: `http://127.0.0.1:${server.port}/plays.git`,
      });
      const { results } = await app.ok('GET', `projects/${project.id}/project_updates/`);
      const update = await app.ended('project_updates', results[0]?.id ?? 0);
      expect(update).toMatchObject({ status: 'successful', execution_node: 'one' });
      expect([trees('one', project.id), trees('two', project.id)]).toEqual([[revision], []]);
      const [inventory] = (await app.ok('GET', 'inventories/')).results;
      const template = await app.ok('POST', 'job_templates/', {
        ...{ name: 'run', project: project.id, playbook: 'site.yml', inventory: inventory?.id },
        ask_scm_branch_on_launch: true,
      });
      const launch = async (body: object): Promise<Answer> => {
        const { id } = await app.ok('POST', `job_templates/${template.id}/launch/`, body);
        return app.ended('jobs', id);
      };
      await only('two');
      // a commit that nobody has updated the project to is not run
      const other = server.commit('plays', { 'site.yml': hello, 'x.yml': hello }, 'feature');
      const job = await launch({});
      console.log(job['job_explanation'], await app.stdout('jobs', job.id));
      expect(job).toMatchObject({
        ...{ status: 'successful', execution_node: 'two', scm_revision: revision },
      });
      expect(trees('two', project.id)).toEqual([revision]);
      const synced = await app.ok('GET', 'project_updates/?launch_type=sync');
      expect(
        synced.results.map((row) => [row['execution_node'], row.status, row['job_type']]),
      ).toEqual([['two', 'successful', 'run']]);
      await launch({});
      expect((await app.ok('GET', 'project_updates/?launch_type=sync'))['count']).toBe(1);
      const branched = await launch({ scm_branch: 'feature' });
      expect(branched).toMatchObject({ status: 'successful', scm_revision: other });
      expect(await app.ok('GET', `projects/${project.id}/`)).toMatchObject({
        scm_revision: revision,
      });
    },
    RUN_MS,
  );
});
