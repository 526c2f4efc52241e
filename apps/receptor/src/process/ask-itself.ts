import { duplexPair } from 'node:stream';
import { ControlClient } from '@receptorjs/control-client';
import type { ControlService } from '@receptorjs/control-service';

/**
 * Asks a control service for the ID of its node, as a client does, over a connection that needs no socket.
 *
 * @throws {ControlError} when it refuses, or the signal comes before an answer
 */
export async function askItself(control: ControlService, signal: AbortSignal): Promise<unknown> {
  const [client, served] = duplexPair();
  void control.serve(served, { transport: 'unix' });
  const asking = ControlClient.over(client);
  try {
    return await asking.status(['NodeID'], { signal });
  } finally {
    asking.close();
    // one half that is destroyed tells the other nothing
    served.destroy();
  }
}
