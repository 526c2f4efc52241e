import { onAbort } from '@receptorjs/primitives';
import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import {
  shortened,
  throwIfError,
  type ControlConnection,
} from '../connection/control-connection.js';
import {
  ControlError,
  isJsonObject,
  type JsonObject,
  type WaitOptions,
  writeChunk,
} from '@receptorjs/control-protocol';

/** What to run where. All values travel as strings. */
export interface SubmitRequest {
  /** Node to run on; `localhost` is the node spoken to. */
  readonly node: string;
  readonly workType: string;
  /** Further keys of the request; `params` is what a command gets as arguments. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** Name of a TLS client configuration of the node spoken to. */
  readonly tlsClient?: string | undefined;
  /** How long a remote unit may take to start, as a Go duration such as `1h20m30s`. */
  readonly ttl?: string | undefined;
  readonly signWork?: boolean | undefined;
  readonly signature?: string | undefined;
}

/** The stdin of a unit. */
export type Payload = string | Uint8Array | AsyncIterable<Uint8Array | string>;

/** The answer to a submission whose stdin is complete. */
export interface SubmitResult {
  readonly unitId: string;
  /** `Job Started`, or `Job Submitted` when the target node could not be reached yet. */
  readonly result: string;
}

/** A unit that exists and waits for its stdin. */
export interface Submission {
  readonly unitId: string;
  /**
   * Whether the node distinguishes the end of stdin from a connection that was cut. Only nodes of this project do; for others
   * whatever has arrived when the connection ends is all of the stdin.
   */
  readonly knowsEnd: boolean;
  /** Whether all of the stdin and its end have left this process: from then on the unit may have started. */
  isSent(): boolean;
  /**
   * Sends the stdin and its end, then waits for the answer; by default without a limit, since the node first hands all
   * of the stdin to the node that runs the unit. When the stdin can't be sent to its end, or the signal fires before,
   * the unit never starts: it is canceled, or released at a node that does not know the end of stdin. A client that
   * can open no further connection only breaks the connection off.
   */
  send(payload: Payload, wait?: WaitOptions): Promise<SubmitResult>;
}

/** Makes sure that a unit whose stdin is incomplete never starts; called before the connection is broken off. */
export type GiveUp = (unitId: string, knowsEnd: boolean) => Promise<void>;

/**
 * Creates a unit on a connection that belongs to it from then on. The same write names the mark by which the stdin will
 * end; nodes that do not know the request refuse it, and get the stdin without.
 *
 * @throws {ControlError} `remote-error` when the node refuses the submission, `protocol`, or as the connection does
 */
export async function openSubmission(
  connection: ControlConnection,
  request: SubmitRequest,
  { giveUp, wait }: { readonly giveUp: GiveUp; readonly wait: WaitOptions | undefined },
): Promise<Submission> {
  // by the global, so that the cryptography of Node is loaded for submissions only
  const mark = crypto.randomUUID().replaceAll('-', '');
  connection.write(`stdin-end ${mark}`, submitLine(request));
  const knowsEnd = !(await connection.line(wait)).startsWith('ERROR');
  const line = await connection.line(wait);
  const unitId = /with ID ([a-zA-Z0-9]{1,64})\./.exec(line)?.[1];
  if (unitId === undefined) {
    connection.close();
    throwIfError(line);
    throw new ControlError('protocol', `could not parse response: ${shortened(line)}`);
  }
  const { stream } = connection;
  let isSent = false;
  return {
    unitId,
    knowsEnd,
    isSent: () => isSent,
    async send(payload, sendWait) {
      try {
        await writePayload(stream, payload, knowsEnd ? mark : '', sendWait?.signal);
        isSent = true;
      } catch (error) {
        await giveUp(unitId, knowsEnd);
        connection.close();
        throw error;
      }
      const limits = { timeoutMs: Number.POSITIVE_INFINITY, ...sendWait };
      try {
        const reply = connection.parseReply(await connection.line(limits));
        const result = isJsonObject(reply) ? reply['result'] : undefined;
        return { unitId, result: typeof result === 'string' ? result : '' };
      } finally {
        connection.close();
      }
    },
  };
}

function submitLine(request: SubmitRequest): JsonObject {
  return {
    ...request.params,
    command: 'work',
    subcommand: 'submit',
    node: request.node,
    worktype: request.workType,
    tlsclient: request.tlsClient,
    ttl: request.ttl,
    signwork: request.signWork === true ? 'true' : undefined,
    signature: request.signature,
  };
}

/** Resolves once the payload and its end are out of this process; nothing is written any more once it has rejected. */
async function writePayload(
  stream: Duplex,
  payload: Payload,
  mark: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let forget = (): void => undefined;
  let stopped: ControlError | undefined;
  // a payload may be silent for as long as it likes
  const broken = new Promise<never>((_resolve, reject) => {
    const stop = (error: ControlError): void => {
      stopped = error;
      reject(error);
    };
    const onClose = (): void => {
      stop(new ControlError('closed', 'connection was closed'));
    };
    const ignoreAbort = onAbort(signal, () => {
      stop(new ControlError('aborted', 'aborted by the caller', { cause: signal?.reason }));
    });
    stream.once('close', onClose);
    forget = () => {
      ignoreAbort();
      stream.off('close', onClose);
    };
  });
  const write = async (chunk: Uint8Array | string): Promise<void> => {
    if (stopped) throw stopped;
    if (chunk.length > 0) await writeChunk(stream, chunk);
  };
  const writeAll = async (): Promise<void> => {
    if (typeof payload === 'string' || payload instanceof Uint8Array) await write(payload);
    else for await (const chunk of payload) await write(chunk);
    await write(mark);
    stream.end();
    await finished(stream, { readable: false });
  };
  try {
    await Promise.race([broken, writeAll()]);
  } finally {
    forget();
  }
}
