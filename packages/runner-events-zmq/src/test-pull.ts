import type { TakenMessage, TestReceiver } from '@receptorjs/runner-events/testing';
import { Pull } from 'zeromq';

/** A PULL socket of libzmq that takes what comes. */
export async function startPull(
  taken: (message: TakenMessage) => void,
  options: ConstructorParameters<typeof Pull>[0] = {},
  endpoint = 'tcp://127.0.0.1:*',
): Promise<TestReceiver> {
  const pull = new Pull({ linger: 0, ...options });
  await pull.bind(endpoint);
  const over = (async () => {
    for await (const [body] of pull) taken({ body: String(body) });
  })().catch(() => undefined);
  return {
    port: Number(/:(\d+)$/.exec(pull.lastEndpoint ?? '')?.[1] ?? 0),
    close: async () => {
      pull.close();
      await over;
    },
  };
}
