import { ControlClient } from '@receptorjs/control-client';
import { until } from '@receptorjs/tooling-attacks/until';

/** Milliseconds for one question, and for what must have come about once both daemons run. */
const ANSWER_MS = 10_000;
export const PATIENCE_MS = 30_000;

/** States of a unit. */
export const PENDING = 0;
export const SUCCEEDED = 2;
export const FAILED = 3;
export const CANCELED = 4;

/** Whether a status is final. @param {{ state: number }} status */
export const isFinal = ({ state }) => state >= SUCCEEDED;

/**
 * A client that asks again, on a new connection, until it gets an answer: daemons die while they are asked.
 *
 * @template T
 * @param {string} socket
 * @param {string} what
 * @param {(client: ControlClient) => Promise<T | undefined>} ask gives undefined for an answer that is not the wanted one
 * @returns {Promise<T>}
 */
export function persist(socket, what, ask) {
  return until(
    what,
    async () => {
      const client = await ControlClient.connect(`unix:${socket}`, { timeoutMs: ANSWER_MS }).catch(
        () => undefined,
      );
      if (client === undefined) return undefined;
      try {
        return await ask(client);
      } catch (error) {
        // what a node says is an answer; anything else a connection that broke
        if (isRefusal(error)) throw error;
        return undefined;
      } finally {
        client.close();
      }
    },
    PATIENCE_MS,
  );
}

/** @param {unknown} error */
export const isRefusal = (error) =>
  error instanceof Error && 'code' in error && error.code === 'remote-error';

/** The units of a node. @param {string} socket */
export const unitsOf = (socket) =>
  persist(socket, 'a list of units', async (client) => await client.workList());

/**
 * Submits a job once. The attempt ends as soon as the connection breaks.
 *
 * @param {string} socket
 * @param {import('./job.mjs').Job} job
 * @returns {Promise<{ unitId: string | undefined, isAccepted: boolean }>}
 */
export async function submitOnce(socket, job) {
  /** @type {string | undefined} */
  let unitId;
  let client;
  try {
    client = await until('a connection', () =>
      ControlClient.connect(`unix:${socket}`, { timeoutMs: ANSWER_MS }).catch(() => undefined),
    );
    const request = { node: 'far', workType: 'job', params: { params: job.params } };
    const submission = await client.openSubmission(request, { timeoutMs: ANSWER_MS });
    unitId = submission.unitId;
    await submission.send(job.stdin, { timeoutMs: ANSWER_MS });
    return { unitId, isAccepted: true };
  } catch {
    return { unitId, isAccepted: false };
  } finally {
    client?.close();
  }
}

/**
 * All of a unit's stdout, from the last byte on again when the connection breaks.
 *
 * @param {string} socket
 * @param {string} unitId
 */
export async function readResults(socket, unitId) {
  /** @type {Buffer[]} */
  const chunks = [];
  let size = 0;
  await persist(socket, `the results of ${unitId}`, async (client) => {
    const stream = await client.resultStream(unitId, { startPos: BigInt(size) });
    for await (const chunk of stream) {
      chunks.push(chunk);
      size += chunk.length;
    }
    // a stream that ends early ends as one that is complete does
    const status = await client.workStatus(unitId);
    return isFinal(status) && BigInt(size) >= status.stdoutSize ? true : undefined;
  });
  return Buffer.concat(chunks);
}
