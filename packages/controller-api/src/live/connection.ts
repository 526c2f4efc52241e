import type { WebSocket } from 'ws';
import { isSame } from '../authentication/secrets.js';
import type { ApiParts } from '../endpoints/api-parts.js';
import { equals } from '../query/criteria.js';
import type { CurrentUser } from '../permissions/roles.js';
import { Bell } from './bell.js';
import { messagesOf } from './change-messages.js';
import { EventReader } from './event-reader.js';
import { eventSources } from './event-sources.js';
import { askedGroups, mayHear } from './groups.js';
import type { Live } from './live.js';
import type { Presence } from './presence.js';

const EVENTS_AT_ONCE = 100;
const CHANGES_AT_ONCE = 100;
const MAX_WAITING = 16;
const HELD_MS = 50;
const REST_MS = 50;
/** Milliseconds for a client to take what it is sent. */
const SEND_MS = 30_000;

/** Why a connection is closed, in the codes of WebSocket. */
const closes = { denied: 4401, tooMany: 1008, failed: 1011, over: 1001 } as const;

/** What a connection needs of its socket. */
export type LiveSocket = Pick<WebSocket, 'on' | 'send' | 'ping' | 'close' | 'terminate'>;

/** The events of one run, followed. */
interface Followed {
  readonly reader: EventReader;
  readonly group: string;
  readonly unfollow: () => void;
}

/**
 * One client of the WebSocket: what it asked for is looked for in the database when that tells of something, and sent when the client has taken what was sent before. It alone
 * writes its fields.
 */
export class Connection {
  readonly #bell = new Bell();
  readonly #waiting: string[] = [];
  readonly #followed = new Map<string, Followed>();
  #channels: ReadonlySet<string> = new Set();
  #position: string | undefined;
  #isAlive = true;

  constructor(
    private readonly socket: LiveSocket,
    private readonly presence: Presence,
    private readonly live: Live,
    private readonly parts: ApiParts,
  ) {}

  /** Serves the client until it goes, may not stay, or the server ends. */
  async run(): Promise<void> {
    const { socket, live } = this;
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, live.over]);
    socket.on('close', () => gone.abort());
    socket.on('error', () => gone.abort());
    socket.on('pong', () => {
      this.#isAlive = true;
    });
    socket.on('message', (data: Buffer) => this.#receive(data));
    const unfollow = live.bells.ofChanges(this.#bell);
    try {
      await live.listen();
      await this.#send({ accept: true, user: this.presence.identity.user.id });
      while (!signal.aborted) {
        const user = await this.presence.user();
        if (user === undefined) {
          await this.#deny();
          return;
        }
        await this.#hear(user);
        this.#forgetForbidden(user);
        const then = await this.#tell(user);
        if (then !== 'more') await this.#wait(then === 'held' ? HELD_MS : live.quietMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) socket.close(closes.failed);
      throw error;
    } finally {
      unfollow();
      for (const channel of this.#followed.keys()) this.#unfollow(channel);
      if (live.over.aborted) socket.close(closes.over);
    }
  }

  #receive(data: Buffer): void {
    if (this.#waiting.length >= MAX_WAITING) this.socket.close(closes.tooMany);
    else this.#waiting.push(data.toString());
    this.#bell.ring();
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#waiting.length > 0) return;
    if (await this.#bell.wait(ms, signal)) {
      // what comes now is told together
      if (this.#waiting.length === 0) await new Bell().wait(REST_MS, signal);
      return;
    }
    if (ms < this.live.quietMs) return;
    if (!this.#isAlive) this.socket.terminate();
    this.#isAlive = false;
    this.socket.ping();
  }

  async #deny(): Promise<void> {
    await this.#send({ close: true });
    this.socket.close(closes.denied);
  }

  /** Reads what the client has sent. */
  async #hear(user: CurrentUser): Promise<void> {
    for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift()) {
      const { groups, xrftoken } = readMessage(text);
      const { session } = this.presence.identity;
      const isOurs =
        session === undefined ||
        (typeof xrftoken === 'string' && isSame(xrftoken, session.csrfToken));
      if (!isOurs) await this.#send({ error: 'access denied to channel' });
      else if (groups === undefined)
        await this.#send({ error: 'an object with groups is allowed' });
      else await this.#join(groups, user);
    }
  }

  async #join(groups: Readonly<Record<string, unknown>>, user: CurrentUser): Promise<void> {
    const { channels, refusals } = await askedGroups(groups, user, this.parts);
    for (const error of refusals) await this.#send({ error });
    const before = this.#channels;
    this.#channels = channels;
    this.#position ??= await this.live.context.changes.end();
    for (const channel of before) if (!channels.has(channel)) this.#unfollow(channel);
    for (const channel of channels) if (!before.has(channel)) await this.#follow(channel);
    await this.#send({
      groups_current: [...channels],
      groups_left: [...before].filter((channel) => !channels.has(channel)),
      groups_joined: [...channels].filter((channel) => !before.has(channel)),
    });
  }

  /** Follows the events of a run from now on. */
  async #follow(channel: string): Promise<void> {
    const [group = '', item] = channel.split('-');
    const source = eventSources[group];
    if (source === undefined) return;
    const id = Number(item);
    const { store } = this.live.context;
    const [last] = await store.list(source.events, {
      criterion: equals(source.by, id),
      order: [{ path: ['counter'], isDescending: true }],
      limit: 1,
      offset: 0,
    });
    const reader = new EventReader(store, source, id, Number(last?.['counter'] ?? 0));
    const unfollow = this.live.bells.ofJob(id, this.#bell);
    this.#followed.set(channel, { reader, group, unfollow });
  }

  #unfollow(channel: string): void {
    this.#followed.get(channel)?.unfollow();
    this.#followed.delete(channel);
  }

  #forgetForbidden(user: CurrentUser): void {
    const forbidden = [...this.#channels].filter((channel) => !mayHear(channel, user));
    for (const channel of forbidden) this.#unfollow(channel);
    if (forbidden.length > 0)
      this.#channels = new Set([...this.#channels].filter((one) => !forbidden.includes(one)));
  }

  /** Tells what there is to tell. */
  async #tell(user: CurrentUser): Promise<'more' | 'held' | 'quiet'> {
    let isFull = false;
    for (const [channel, followed] of this.#followed)
      isFull = (await this.#tellEvents(channel, followed, user)) || isFull;
    const { isMore, isHeld } = await this.#tellChanges();
    return isFull || isMore ? 'more' : isHeld ? 'held' : 'quiet';
  }

  async #tellEvents(
    channel: string,
    { reader, group }: Followed,
    user: CurrentUser,
  ): Promise<boolean> {
    const { rows, isComplete, isFull } = await reader.read(EVENTS_AT_ONCE);
    const events = this.parts.resources.get(eventSources[group]?.events ?? '');
    if (events !== undefined && rows.length > 0) {
      for (const answer of await this.parts.presenter.list(events, rows, user)) {
        const { related: _related, summary_fields: _summary, ...event } = answer;
        await this.#send({ ...event, group_name: group });
      }
    }
    // a job may be run no further, and its channel stays
    if (isComplete) this.#followed.get(channel)?.unfollow();
    return isFull;
  }

  async #tellChanges(): Promise<{ isMore: boolean; isHeld: boolean }> {
    const wanted = [...this.#channels].some((channel) => /^(jobs|inventories)-/.test(channel));
    if (!wanted || this.#position === undefined) {
      this.#position = undefined;
      return { isMore: false, isHeld: false };
    }
    const page = await this.live.context.changes.after(this.#position, CHANGES_AT_ONCE);
    for (const change of page.changes)
      for (const { group, message } of messagesOf(change))
        if (this.#channels.has(group)) await this.#send(message);
    this.#position = page.changes.at(-1)?.position ?? this.#position;
    return { isMore: page.changes.length === CHANGES_AT_ONCE, isHeld: page.isHeld };
  }

  /** Resolves when the client has taken it, as far as the system knows; ends the connection of one that takes nothing. */
  #send(message: unknown): Promise<void> {
    return new Promise((resolve) => {
      const patience = setTimeout(() => this.socket.terminate(), SEND_MS);
      // one that is closed says so by its own event
      this.socket.send(JSON.stringify(message), () => {
        clearTimeout(patience);
        resolve();
      });
    });
  }
}

function readMessage(text: string): {
  groups?: Readonly<Record<string, unknown>>;
  xrftoken?: unknown;
} {
  try {
    const { groups, xrftoken } = JSON.parse(text) as Record<string, unknown>;
    return typeof groups === 'object' && groups !== null && !Array.isArray(groups)
      ? { groups: groups as Record<string, unknown>, xrftoken }
      : { xrftoken };
  } catch {
    return {};
  }
}
