import { ControlClient } from '@receptorjs/control-client';

/** What an operator's `status` costs: its size and time; undefined when it is refused. @param {string} socket */
export async function operatorStatus(socket) {
  const started = performance.now();
  let client;
  try {
    client = await ControlClient.connect(`unix:${socket}`, { timeoutMs: 30_000 });
    const status = await client.request('status', { timeoutMs: 30_000 });
    return { status, bytes: JSON.stringify(status).length, ms: performance.now() - started };
  } catch {
    return undefined;
  } finally {
    client?.close();
  }
}
