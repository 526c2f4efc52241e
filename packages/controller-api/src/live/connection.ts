import type { WebSocket } from 'ws';
import { isSame } from '../authentication/secrets.js';
import type { ApiParts } from '../endpoints/api-parts.js';
import { equals } from '../query/criteria.js';
import type { CurrentUser } from '../permissions/roles.js';
import { AutoResetEvent } from './auto-reset-event.js';
import { messagesOf } from './change-messages.js';
import { EventReader } from './event-reader.js';
import { eventSources } from './event-sources.js';
import { requestedChannels, maySubscribe } from './channels.js';
import type { Live } from './live.js';
import { MessageSender } from './message-sender.js';
import type { Principal } from './principal.js';

const EVENTS_AT_ONCE = 100;
const CHANGES_AT_ONCE = 100;
/** Messages of a client that are yet to be read. */
const MAX_INBOX = 16;
/** Milliseconds until what is held back is polled for again. */
const HELD_POLL_MS = 50;
/** Milliseconds in which changes are coalesced. */
const COALESCE_MS = 50;

/** Why a connection is closed, in the codes of WebSocket. */
const closes = { denied: 4401, tooMany: 1008, failed: 1011, over: 1001 } as const;

/** What a connection needs of its socket. */
export type LiveSocket = Pick<WebSocket, 'on' | 'send' | 'ping' | 'close' | 'terminate'>;

/** A subscription to the events of one run. */
interface Subscription {
  readonly reader: EventReader;
  readonly group: string;
  readonly unsubscribe: () => void;
}

/**
 * One client of the WebSocket: the channels it subscribes to are polled when the database notifies of something, and sent when the client has taken what was sent before. It alone
 * writes its fields.
 */
export class Connection {
  readonly #wakeup = new AutoResetEvent();
  readonly #inbox: string[] = [];
  readonly #subscriptions = new Map<string, Subscription>();
  #channels: ReadonlySet<string> = new Set();
  #cursor: string | undefined;
  readonly #sender: MessageSender;
  #isAlive = true;

  constructor(
    private readonly socket: LiveSocket,
    private readonly principal: Principal,
    private readonly live: Live,
    private readonly parts: ApiParts,
  ) {
    this.#sender = new MessageSender(socket);
  }

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
    const unsubscribe = live.subscriptions.toAll(this.#wakeup);
    try {
      await live.listen();
      await this.#send({ accept: true, user: this.principal.identity.user.id });
      while (!signal.aborted) {
        const user = await this.principal.user();
        if (user === undefined) {
          await this.#deny();
          return;
        }
        await this.#read(user);
        this.#dropForbidden(user);
        const next = await this.#deliver(user);
        if (next !== 'more')
          await this.#wait(next === 'held' ? HELD_POLL_MS : live.heartbeatMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) socket.close(closes.failed);
      throw error;
    } finally {
      unsubscribe();
      for (const channel of this.#subscriptions.keys()) this.#unsubscribe(channel);
      if (live.over.aborted) socket.close(closes.over);
    }
  }

  #receive(data: Buffer): void {
    if (this.#inbox.length >= MAX_INBOX) this.socket.close(closes.tooMany);
    else this.#inbox.push(data.toString());
    this.#wakeup.set();
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#inbox.length > 0) return;
    if (await this.#wakeup.wait(ms, signal)) {
      // what comes now is coalesced
      if (this.#inbox.length === 0) await new AutoResetEvent().wait(COALESCE_MS, signal);
      return;
    }
    if (ms < this.live.heartbeatMs) return;
    if (!this.#isAlive) this.socket.terminate();
    this.#isAlive = false;
    this.socket.ping();
  }

  async #deny(): Promise<void> {
    await this.#send({ close: true });
    this.socket.close(closes.denied);
  }

  /** Reads what the client has sent. */
  async #read(user: CurrentUser): Promise<void> {
    for (let text = this.#inbox.shift(); text !== undefined; text = this.#inbox.shift()) {
      const { groups, xrftoken } = readMessage(text);
      const { session } = this.principal.identity;
      const isOurs =
        session === undefined ||
        (typeof xrftoken === 'string' && isSame(xrftoken, session.csrfToken));
      if (!isOurs) await this.#send({ error: 'access denied to channel' });
      else if (groups === undefined)
        await this.#send({ error: 'an object with groups is allowed' });
      else await this.#setChannels(groups, user);
    }
  }

  async #setChannels(groups: Readonly<Record<string, unknown>>, user: CurrentUser): Promise<void> {
    const { channels, refusals } = await requestedChannels(groups, user, this.parts);
    for (const error of refusals) await this.#send({ error });
    const before = this.#channels;
    this.#channels = channels;
    this.#cursor ??= await this.live.context.changes.end();
    for (const channel of before) if (!channels.has(channel)) this.#unsubscribe(channel);
    for (const channel of channels) if (!before.has(channel)) await this.#subscribe(channel);
    await this.#send({
      groups_current: [...channels],
      groups_left: [...before].filter((channel) => !channels.has(channel)),
      groups_joined: [...channels].filter((channel) => !before.has(channel)),
    });
  }

  /** Subscribes to the events of a run from now on. */
  async #subscribe(channel: string): Promise<void> {
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
    const unsubscribe = this.live.subscriptions.toJob(id, this.#wakeup);
    this.#subscriptions.set(channel, { reader, group, unsubscribe });
  }

  #unsubscribe(channel: string): void {
    this.#subscriptions.get(channel)?.unsubscribe();
    this.#subscriptions.delete(channel);
  }

  #dropForbidden(user: CurrentUser): void {
    const forbidden = [...this.#channels].filter((channel) => !maySubscribe(channel, user));
    if (forbidden.length > 0) this.#drop(forbidden);
  }

  #drop(dropped: readonly string[]): void {
    for (const channel of dropped) this.#unsubscribe(channel);
    this.#channels = new Set([...this.#channels].filter((channel) => !dropped.includes(channel)));
  }

  /** Sends what there is to send. */
  async #deliver(user: CurrentUser): Promise<'more' | 'held' | 'idle'> {
    let isFull = false;
    for (const [channel, subscription] of this.#subscriptions)
      isFull = (await this.#deliverEvents(channel, subscription, user)) || isFull;
    const { isMore, isHeld } = await this.#deliverChanges();
    return isFull || isMore ? 'more' : isHeld ? 'held' : 'idle';
  }

  async #deliverEvents(
    channel: string,
    { reader, group }: Subscription,
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
    // nothing comes on it any more
    if (isComplete) this.#drop([channel]);
    return isFull;
  }

  async #deliverChanges(): Promise<{ isMore: boolean; isHeld: boolean }> {
    const wanted = [...this.#channels].some((channel) => /^(jobs|inventories)-/.test(channel));
    if (!wanted || this.#cursor === undefined) {
      this.#cursor = undefined;
      return { isMore: false, isHeld: false };
    }
    const page = await this.live.context.changes.after(this.#cursor, CHANGES_AT_ONCE);
    for (const change of page.changes)
      for (const { group, message } of messagesOf(change))
        if (this.#channels.has(group)) await this.#send(message);
    this.#cursor = page.changes.at(-1)?.position ?? this.#cursor;
    return { isMore: page.changes.length === CHANGES_AT_ONCE, isHeld: page.isHeld };
  }

  #send(message: unknown): Promise<void> {
    return this.#sender.send(message);
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
