import type { ApiParts } from '../endpoints/api-parts.js';
import { may } from '../permissions/permission-table.js';
import type { CurrentUser } from '../permissions/roles.js';
import { eventSources } from './event-sources.js';

/** Channels that a connection may be subscribed to, and items of one message that are read. */
const MAX_CHANNELS = 100;

/** The channels that a client requested, each `group-item`, and what of them was refused. */
export interface RequestedChannels {
  readonly channels: ReadonlySet<string>;
  readonly refusals: readonly string[];
}

/** What somebody must be able to read to subscribe to a channel. */
const requiredReads: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  jobs: { status_changed: 'unified_jobs', summary: 'unified_jobs' },
  schedules: { changed: 'unified_jobs' },
  inventories: { status_changed: 'inventories' },
};

/** Reads the groups of a message, and checks each item of them, up to as many as there may be channels. */
export async function requestedChannels(
  groups: Readonly<Record<string, unknown>>,
  user: CurrentUser,
  parts: ApiParts,
): Promise<RequestedChannels> {
  const channels = new Set<string>();
  const refusals: string[] = [];
  let items = 0;
  for (const [group, given] of Object.entries(groups)) {
    if (items >= MAX_CHANNELS) return tooMany(channels, refusals);
    if (!Array.isArray(given)) {
      items += 1;
      refusals.push(`access denied to channel ${short(group)}: a list is allowed`);
      continue;
    }
    for (const item of given as unknown[]) {
      if (items >= MAX_CHANNELS) return tooMany(channels, refusals);
      items += 1;
      if (await isAllowed(group, item, user, parts)) channels.add(`${group}-${String(item)}`);
      else
        refusals.push(
          `access denied to channel ${short(group)} for resource id ${short(String(item))}`,
        );
    }
  }
  return { channels, refusals };
}

/** Whether somebody may subscribe to a channel, as far as it is not a matter of a row. */
export function maySubscribe(channel: string, user: CurrentUser): boolean {
  const [group = '', item = ''] = channel.split('-');
  const events = eventSources[group]?.events;
  if (events !== undefined) return may(user, events, 'read');
  if (group === 'control') return item === `limit_reached_${user.id}`;
  const requiredRead = requiredReads[group]?.[item];
  return requiredRead !== undefined && may(user, requiredRead, 'read');
}

async function isAllowed(
  group: string,
  item: unknown,
  user: CurrentUser,
  { context }: ApiParts,
): Promise<boolean> {
  if (typeof item !== 'string' && typeof item !== 'number') return false;
  if (group.includes('-') || !maySubscribe(`${group}-${item}`, user)) return false;
  const source = Object.hasOwn(eventSources, group) ? eventSources[group] : undefined;
  if (source === undefined) return true;
  const id = Number(item);
  if (!Number.isSafeInteger(id) || id < 1 || String(id) !== String(item)) return false;
  return (await context.store.get(source.runs, id)) !== undefined;
}

const tooMany = (
  channels: ReadonlySet<string>,
  refusals: readonly string[],
): RequestedChannels => ({
  channels,
  refusals: [...refusals, `at most ${MAX_CHANNELS} channels are allowed`],
});

const short = (text: string): string => text.slice(0, 100);
