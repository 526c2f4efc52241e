import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { expect, it } from 'vitest';
import { ControlService } from '../control-service.js';
import type { MeshHandler, RequestOrigin, WorkHandler } from '../handlers.js';

/** Knows no unit. */
const work: Partial<WorkHandler> = {
  status: (unitId) => Promise.reject(new Error(`unknown work unit ${unitId}`)),
};

/** All lines that are logged while requests come from some origins, each on a connection of its own. */
async function linesOf(requests: string, origins: readonly RequestOrigin[]): Promise<string[]> {
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line);
  const control = new ControlService({
    nodeId: 'near',
    mesh: {} as MeshHandler,
    work: work as WorkHandler,
    version: '1',
    log: { error: note, warning: note, info: note, debug: () => undefined },
  });
  for (const origin of origins) {
    const [here, there] = duplexPair();
    const served = control.serve(there, origin);
    here.resume();
    here.end(requests);
    await Promise.all([served, once(here, 'end')]);
  }
  await control.close();
  return lines;
}

it('refused requests of one origin make some lines and no more, and leave room for others', async () => {
  const lines = await linesOf('ping\n'.repeat(1_000), [
    { transport: 'mesh', from: 'far' },
    { transport: 'tcp', from: '192.0.2.1' },
    { transport: 'unix' },
  ]);
  expect(lines.filter((line) => line.startsWith('Refused a request ('))).toHaveLength(3 * 60);
  expect(lines.slice(60)[0]).toBe('940 lines such as the next were left out');
  expect(lines.slice(121)[0]).toBe('940 lines such as the next were left out');
});

it('what a request names goes into the log in part', async () => {
  const name = 'x'.repeat(1_000_000);
  const lines = await linesOf(`work status ${name}\n`, [{ transport: 'unix' }]);
  expect(lines).toEqual([`Refused a request (unix): unknown work unit ${'x'.repeat(212)}...`]);
});
