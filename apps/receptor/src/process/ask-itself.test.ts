import { ControlService, type MeshHandler } from '@receptorjs/control-service';
import { expect, it } from 'vitest';
import { askItself } from './ask-itself.js';

const mesh: Pick<MeshHandler, 'status'> = {
  status: () => ({
    nodeId: 'a',
    connections: [],
    knownConnectionCosts: {},
    routingTable: {},
    advertisements: [],
  }),
};

it('asks a node for its ID and leaves no connection', async () => {
  const control = new ControlService({ nodeId: 'a', mesh: mesh as MeshHandler, version: '1' });
  const never = new AbortController().signal;
  for (let at = 0; at < 3; at += 1) {
    expect(await askItself(control, never)).toMatchObject({ NodeID: 'a' });
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(control.openConnections).toBe(0);
  await control.close();
});
