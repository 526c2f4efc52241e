import { errorText, point } from '@receptorjs/primitives';
import {
  encodeJson,
  LineReader,
  unitStatusReply,
  writeChunk,
  writeMemory,
  type JsonValue,
  type UnitStatus,
} from '@receptorjs/control-protocol';
import { LoopTurns } from '@receptorjs/bounded-json';
import { requestOrigin, type SharedQuota } from '@receptorjs/quotas';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { badRequest } from '../errors.js';
import type {
  LogLevelHandler,
  MeshHandler,
  NodeFacts,
  PendingUnit,
  ReloadHandler,
  RequestOrigin,
  WorkHandler,
} from '../handlers.js';
import { activityReply } from '../commands/activity.js';
import { connectTarget } from '../commands/connect.js';
import { explainReply } from '../commands/explain.js';
import { firewallReply } from '../commands/firewall.js';
import { logLevelReply } from '../commands/log-level.js';
import { pingReply } from '../commands/ping.js';
import { reloadReply } from '../commands/reload.js';
import { mayBeRequest, parseRequest, type Request } from '../commands/request.js';
import { statusReply } from '../commands/status.js';
import { sizedStdin, stdinMark, stdinSize, untilMark } from '../commands/stdin-end.js';
import { tracerouteReply } from '../commands/traceroute.js';
import { unitEventLines } from '../commands/work-events.js';
import { followReply } from '../commands/work-follow.js';
import { unitListReply } from '../commands/work-list.js';
import { parseWorkRequest, type WorkRequest } from '../commands/work-request.js';
import type { RequestLog } from './request-log.js';
import type { SessionPlace } from './sessions.js';

/** What sessions of one control service share; none of it is written by a session. */
export interface SessionContext {
  readonly nodeId: string;
  readonly mesh: MeshHandler;
  readonly work: WorkHandler | undefined;
  readonly reload: ReloadHandler | undefined;
  readonly logLevel: LogLevelHandler | undefined;
  readonly facts: NodeFacts;
  readonly log: RequestLog;
  readonly maxLineBytes: number;
  /** Bytes of lines that have begun and not ended, over all sessions. */
  readonly unfinished: SharedQuota;
  /** Milliseconds in which a line that has begun must end. */
  readonly lineMs: number;
}

/** What one session is about. */
export interface SessionParts {
  readonly origin: RequestOrigin;
  readonly place: SessionPlace;
  readonly context: SessionContext;
}

/** More than the two pipelines of a joined connection and what else listens to it, so that Node.js warns of real leaks only. */
const MOST_LISTENERS = 20;
/** A long reply is made and written in pieces of so many characters. */
const REPLY_CHUNK = 32_768;

/** What is left to do on the connection after a request. */
type After = 'next-request' | 'close';

/**
 * Serves one connection: greets, then reads requests one after another and answers each before the next is read.
 * Every refused request gets exactly one `ERROR:` line and the connection goes on. Never rejects.
 */
export async function runSession(stream: Duplex, parts: SessionParts): Promise<void> {
  const session = new Session(stream, parts);
  const { context } = parts;
  try {
    await session.run();
  } catch (error) {
    context.log.tell('debug', parts.origin, `Control connection ended: ${errorText(error)}`);
  } finally {
    session.stop();
  }
}

class Session {
  /** Fires when the connection is gone, so that whatever a request waits for can stop. */
  readonly #gone = new AbortController();
  readonly #lines: LineReader;
  /** By which the stdin of a submission ends; written by `#execute` only. Without one, the end of the connection does. */
  #stdinMark: string | undefined;
  /** Bytes of the stdin of the next submission, which come before the mark counts; written by `#execute` and `#work` only. */
  #stdinBytes: number | undefined;
  /** The next line while it is read during a request; written by `#readAhead` and `#nextLine` only. */
  #ahead: Promise<string | undefined> | undefined;

  /** Ends a connection whose line does not end; there while one has begun. Written by the callbacks of `#lines` only. */
  #unfinished: NodeJS.Timeout | undefined;

  readonly context: SessionContext;
  readonly #origin: RequestOrigin;
  readonly #place: SessionPlace;

  constructor(
    private readonly stream: Duplex,
    { origin, place, context }: SessionParts,
  ) {
    this.#origin = origin;
    this.#place = place;
    this.context = context;
    const holder = requestOrigin(origin);
    this.#lines = new LineReader(stream, {
      maxLineBytes: context.maxLineBytes,
      unfinished: {
        take: (bytes) => {
          this.#unfinished ??= setTimeout(() => stream.destroy(), context.lineMs).unref();
          return context.unfinished.take(holder, bytes) === 'taken';
        },
        give: (bytes) => {
          clearTimeout(this.#unfinished);
          this.#unfinished = undefined;
          context.unfinished.give(holder, bytes);
        },
      },
      mayBegin: mayBeRequest,
      isCutOffLine: false,
    });
    stream.once('close', () => {
      this.#gone.abort();
    });
  }

  async run(): Promise<void> {
    await this.#write(`Receptor Control, node ${this.context.nodeId}\n`);
    const turns = new LoopTurns();
    for (;;) {
      const line = await this.#nextLine();
      if (line === undefined) return;
      await turns.due();
      // it is no request, and keeps no place
      if (line === '') continue;
      this.#place.hasRequest();
      if ((await this.#answer(line)) === 'close') return;
      this.#place.waits();
    }
  }

  stop(): void {
    this.#gone.abort();
    this.#lines.release();
  }

  async #nextLine(): Promise<string | undefined> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    try {
      return await (ahead ?? this.#lines.next());
    } catch (error) {
      if (error instanceof Error && 'code' in error && isRefusal(error.code)) {
        await this.#write(`ERROR: ${error.message}\n`);
        return undefined;
      }
      throw error;
    }
  }

  async #answer(line: string): Promise<After> {
    try {
      return await this.#execute(parseRequest(line));
    } catch (error) {
      await this.#refuse(error);
      return 'next-request';
    }
  }

  async #execute(request: Request): Promise<After> {
    const { mesh, facts, reload, logLevel, work } = this.context;
    const { signal } = this.#gone;
    switch (request.command) {
      case 'status':
        return this.#replyInPieces(
          statusReply(request, (await mesh.statusInSteps?.()) ?? mesh.status(), facts),
        );
      case 'ping':
        return this.#reply(await pingReply(request, mesh, signal));
      case 'traceroute':
        return this.#reply(await tracerouteReply(request, mesh, signal));
      case 'reload':
        return this.#reply(await reloadReply(request, reload));
      case 'explain':
        if (mesh.explain) {
          const explain = mesh.explain.bind(mesh);
          return this.#reply(await explainReply(request, explain, signal));
        }
        break;
      case 'firewall':
        if (mesh.firewall) return this.#reply(firewallReply(request, mesh.firewall.bind(mesh)));
        break;
      case 'log-level':
        if (logLevel) return this.#reply(logLevelReply(request, this.#origin, logLevel));
        break;
      case 'activity':
        return this.#reply(
          activityReply(request, {
            nodeId: this.context.nodeId,
            links: mesh.links?.(),
            units: work?.activity?.(),
          }),
        );
      case 'connect':
        return this.#connect(request);
      case 'work':
        if (work) return this.#work(parseWorkRequest(request), work);
        break;
      case 'stdin-end':
        if (!work) break;
        this.#stdinMark = stdinMark(request);
        return this.#reply({ StdinEnd: this.#stdinMark });
      case 'stdin-size':
        if (!work) break;
        this.#stdinBytes = stdinSize(request);
        return this.#reply({ StdinSize: this.#stdinBytes });
    }
    throw badRequest('Unknown command');
  }

  async #connect(request: Request): Promise<After> {
    const { node, service, tlsClient } = connectTarget(request);
    const { signal } = this.#gone;
    const remote = await this.context.mesh.connect(node, service, { tlsClient, signal });
    // either may break before the two are joined
    remote.on('error', () => undefined);
    await this.#write('Connecting\n').catch((error: unknown) => {
      remote.destroy();
      throw error;
    });
    for (const stream of [remote, this.stream]) stream.setMaxListeners(MOST_LISTENERS);
    const inward = pipeline(remote, this.stream);
    const outward = pipeline(this.stream, remote);
    outward.catch(() => undefined);
    await inward.catch((error: unknown) => {
      this.stream.destroy();
      throw error;
    });
    return 'close';
  }

  async #work(request: WorkRequest, work: WorkHandler): Promise<After> {
    const origin = this.#origin;
    const { signal } = this.#gone;
    switch (request.verb) {
      case 'submit': {
        const stdinBytes = this.#stdinBytes;
        this.#stdinBytes = undefined;
        const unit = await work.submit(request.submission, origin);
        await this.#write(
          `Work unit created with ID ${unit.unitId}. Send stdin data and EOF.\n`,
        ).catch(() => undefined);
        point('unit-id-told');
        return this.#start(unit, stdinBytes);
      }
      case 'list': {
        const units = await work.list(request.unitId);
        const ages = request.ages ? await work.ages?.(units.map(([id]) => id)) : undefined;
        return this.#replyInPieces(unitListReply(units, ages));
      }
      case 'status':
        return this.#reply(unitStatusReply(await work.status(request.unitId)));
      case 'watch': {
        const statuses = await work.watch(request.unitId, signal);
        this.#stopAtEnd();
        return this.#stream(statuses, statusLine);
      }
      case 'events': {
        if (!work.events) throw badRequest('bad command');
        const batches = work.events(request, signal);
        this.#stopAtEnd();
        return this.#stream(unitEventLines(batches), (text) => text);
      }
      case 'results': {
        const { unitId, startPos, signature } = request;
        const data = await work.results(unitId, startPos, { ...origin, signature, signal });
        await this.#write(`Streaming results for work unit ${unitId}\n`);
        return this.#stream(data, (chunk) => chunk);
      }
      case 'follow': {
        const { unitId, startPos, signature } = request;
        const over = new AbortController();
        const either = AbortSignal.any([signal, over.signal]);
        const statuses = await work.watch(unitId, either);
        const data = await work.results(unitId, startPos, { ...origin, signature, signal: either });
        this.#readAhead();
        try {
          await this.#stream(followReply(unitId, statuses, data, signal), (part) => part);
        } finally {
          over.abort();
        }
        return signal.aborted ? 'close' : 'next-request';
      }
      case 'digest': {
        if (!work.digest) throw badRequest('bad command');
        const { unitId, signature, ...range } = request;
        const reply = await work.digest(unitId, range, { ...origin, signature, signal });
        return this.#reply({
          EndPos: reply.endPos,
          SHA256: reply.sha256,
          StartPos: reply.startPos,
        });
      }
      case 'cancel': {
        const { unitId, signature } = request;
        const done = await work.cancel(unitId, { ...origin, signature });
        return this.#reply({ [done === 'done' ? 'cancelled' : 'cancel pending']: unitId });
      }
      case 'release':
      case 'force-release': {
        const { unitId, signature, onlyUnstarted } = request;
        const force = request.verb === 'force-release';
        const how = { force, ...(onlyUnstarted && { onlyUnstarted }) };
        const done = await work.release(unitId, { ...origin, signature, ...how });
        return this.#reply({ [done === 'done' ? 'released' : 'release pending']: unitId });
      }
    }
  }

  async #start(unit: PendingUnit, stdinBytes: number | undefined): Promise<After> {
    const { stream } = this;
    const stdin = stdinBytes === undefined ? this.#stdin() : sizedStdin(this.#lines, stdinBytes);
    const input = whileWaiting(stdin, this.#place);
    try {
      return await this.#reply({ result: await unit.start(input), unitid: unit.unitId });
    } catch (error) {
      if (stream.readableEnded) throw error;
      // what is left of the payload must not be taken for requests
      await this.#refuse(error);
      return 'close';
    }
  }

  /** What comes until the mark at the end of the connection, or until that end. */
  #stdin(): AsyncIterable<Uint8Array> {
    const all = this.stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    return this.#stdinMark === undefined ? all : untilMark(all, this.#stdinMark);
  }

  /**
   * The client may send its next request during this one, which is answered behind it whatever it is. The end of its half means that it is
   * gone.
   */
  #readAhead(): void {
    this.#ahead ??= this.#lines.next();
    this.#ahead.then(
      (line) => {
        if (line === undefined) this.#gone.abort();
      },
      (error: unknown) => {
        if (!(error instanceof Error && 'code' in error && isRefusal(error.code))) {
          this.#gone.abort();
        }
      },
    );
  }

  /** The client sends nothing more on this connection: its end means that it is gone, and whatever comes is dropped. */
  #stopAtEnd(): void {
    this.stream.once('end', () => {
      this.#gone.abort();
    });
    this.stream.resume();
  }

  /**
   * Sends raw items, whose memory may be used again once the next is asked for; a failure in the middle cuts the connection, for an
   * error line would pass as data.
   */
  async #stream<T>(
    items: AsyncIterable<T>,
    encode: (item: T) => Uint8Array | string,
  ): Promise<After> {
    try {
      for await (const item of items) await this.#write(encode(item));
    } catch (error) {
      this.stream.destroy();
      throw error;
    }
    return 'close';
  }

  async #refuse(error: unknown): Promise<void> {
    if (this.stream.destroyed) throw error;
    const text = errorText(error)
      .replaceAll(/[\r\n]+/g, ' ')
      .trimEnd();
    const { transport, from } = this.#origin;
    const whose = from === undefined ? transport : `${transport} ${from}`;
    this.context.log.tell('error', this.#origin, `Refused a request (${whose}): ${text}`);
    await this.#write(`ERROR: ${text}\n`);
  }

  async #reply(value: JsonValue): Promise<After> {
    await this.#write(`${encodeJson(value)}\n`);
    return 'next-request';
  }

  /** Makes a long reply and writes it bit by bit, with turns for all other work between. */
  async #replyInPieces(pieces: Iterable<string>): Promise<After> {
    let text = '';
    for (const piece of pieces) {
      text += piece;
      if (text.length < REPLY_CHUNK) continue;
      await this.#write(text);
      text = '';
      await new Promise(setImmediate);
    }
    await this.#write(`${text}\n`);
    return 'next-request';
  }

  #write(data: Uint8Array | string): Promise<void> {
    return typeof data === 'string'
      ? writeChunk(this.stream, data)
      : writeMemory(this.stream, data);
  }
}

/** The stdin of a submission. The place of its session is one that waits until it is complete. */
async function* whileWaiting(
  stdin: AsyncIterable<Uint8Array>,
  place: SessionPlace,
): AsyncGenerator<Uint8Array, void> {
  try {
    place.waitsForStdin();
    for await (const chunk of stdin) {
      yield chunk;
      place.waitsForStdin();
    }
  } finally {
    place.hasRequest();
  }
}

function statusLine(status: UnitStatus): string {
  return `${encodeJson(unitStatusReply(status))}\n`;
}

/** What is wrong with a line that is not read to its end: the connection ends with the reason. */
const isRefusal = (code: unknown): boolean =>
  code === 'line-too-long' || code === 'line-refused' || code === 'line-cut-off';
