import { errorOf, shortened, type ControlConnection } from '../connection/control-connection.js';
import {
  ControlError,
  isJsonObject,
  type JsonObject,
  type WaitOptions,
} from '@receptorjs/control-protocol';
import { writeStdin, type Payload } from './write-stdin.js';

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

export type { Payload } from './write-stdin.js';

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
  const mark = stdinMark();
  connection.write(`stdin-end ${mark}`, submitLine(request));
  const knowsEnd = !(await connection.line(wait)).startsWith('ERROR');
  const line = await connection.line(wait);
  const unitId = createdUnit(line);
  if (unitId === undefined) {
    connection.close();
    throw notCreated(line);
  }
  const { stream } = connection;
  let isSent = false;
  return {
    unitId,
    knowsEnd,
    isSent: () => isSent,
    async send(payload, sendWait) {
      try {
        await writeStdin(stream, payload, { mark: knowsEnd ? mark : '' }, sendWait?.signal);
        isSent = true;
      } catch (error) {
        await giveUp(unitId, knowsEnd);
        connection.close();
        throw error;
      }
      const limits = { timeoutMs: Number.POSITIVE_INFINITY, ...sendWait };
      try {
        return { unitId, result: startResult(connection, await connection.line(limits)) };
      } finally {
        connection.close();
      }
    },
  };
}

/** The mark by which a stdin ends: nobody else's can end so. */
export function stdinMark(): string {
  // by the global, so that the cryptography of Node is loaded for submissions only
  return crypto.randomUUID().replaceAll('-', '');
}

/** The ID of the unit that a reply tells of, if it does. */
export function createdUnit(line: string): string | undefined {
  return /with ID ([a-zA-Z0-9]{1,64})\./.exec(line)?.[1];
}

/** The error that a reply without an ID stands for. */
export function notCreated(line: string): ControlError {
  return (
    errorOf(line) ?? new ControlError('protocol', `could not parse response: ${shortened(line)}`)
  );
}

/**
 * What the node says of the start.
 *
 * @throws {ControlError} `remote-error` when the unit could not be started, `protocol`
 */
export function startResult(connection: ControlConnection, line: string): string {
  const reply = connection.parseReply(line);
  const result = isJsonObject(reply) ? reply['result'] : undefined;
  return typeof result === 'string' ? result : '';
}

/** The request that creates a unit. */
export function submitLine(request: SubmitRequest): JsonObject {
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
