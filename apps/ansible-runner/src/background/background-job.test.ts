import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { DAEMON_MARK, daemonMark, jobProcessesOf } from './background-job.js';

const enders: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of enders.splice(0)) await end();
});

/** A process that a background run of the folder with that process id has started. */
async function startedBy(folder: string, daemon: number): Promise<number> {
  const env = { [DAEMON_MARK]: daemonMark(folder, daemon), AWX_ISOLATED_DATA_DIR: `${folder}/r` };
  const child = spawn('/bin/sh', ['-c', 'echo ready; read end'], { env });
  enders.push(() => {
    child.stdin.end();
    return once(child, 'exit');
  });
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

it('a run is known by its folder as well as by its process id, which another may have got since', async () => {
  const [mine] = await Promise.all([
    startedBy('/one', 999_999_999),
    startedBy('/one/below', 999_999_999),
    startedBy('/other', 999_999_999),
    startedBy('/one', 999_999_998),
  ]);
  expect(await jobProcessesOf('/one', 999_999_999, false)).toEqual([
    { pid: mine, startTime: expect.any(String) as string, artifactDir: '/one/r' },
  ]);
});
