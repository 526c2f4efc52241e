import { expect, it } from 'vitest';
import { ReconnectingClient } from './reconnecting-client.js';
import { transportTo } from './test-transport.js';

const nobody = transportTo(
  () => undefined,
  () => false,
);
const never = new AbortController().signal;
const ask = (reconnectingClient: ReconnectingClient) =>
  reconnectingClient.withConnection(never, (client) => client.nodeId());

it('gives up when the node did not answer in time, and says what stood in the way', async () => {
  const reconnectingClient = new ReconnectingClient('far', nobody, { firstMs: 1, lostMs: 60_000 });
  await expect(ask(reconnectingClient)).rejects.toMatchObject({
    code: 'peer-timeout',
    message: 'Timed out waiting for peer far: nobody is there',
  });
});

it('does not wait, nor says that it did, where another attempt would end alike', async () => {
  const transport = { ...nobody, isFinal: () => true };
  const reconnectingClient = new ReconnectingClient('far', transport, {
    firstMs: 60_000,
    lostMs: 60_000,
  });
  await expect(ask(reconnectingClient)).rejects.toMatchObject({
    code: 'peer-timeout',
    message: "The control service of far can't be used: nobody is there",
  });
});
