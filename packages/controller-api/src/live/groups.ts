import type { ApiParts } from '../endpoints/api-parts.js';
import { may } from '../permissions/permission-table.js';
import type { CurrentUser } from '../permissions/roles.js';
import { eventSources } from './event-sources.js';

const MAX_CHANNELS = 100;

/** What a client asked to be told of: channels, each `group-item`, and what of it was refused. */
export interface AskedGroups {
  readonly channels: ReadonlySet<string>;
  readonly refusals: readonly string[];
}

/** What somebody must be able to read to hear of an item of a group. */
const sights: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  jobs: { status_changed: 'unified_jobs', summary: 'unified_jobs' },
  schedules: { changed: 'unified_jobs' },
  inventories: { status_changed: 'inventories' },
};

/** Reads the groups of a message, and checks each item of them. */
export async function askedGroups(
  groups: Readonly<Record<string, unknown>>,
  user: CurrentUser,
  parts: ApiParts,
): Promise<AskedGroups> {
  const channels = new Set<string>();
  const refusals: string[] = [];
  for (const [group, given] of Object.entries(groups)) {
    if (!Array.isArray(given)) {
      refusals.push(`access denied to channel ${short(group)}: a list is allowed`);
      continue;
    }
    for (const item of given as unknown[]) {
      if (channels.size >= MAX_CHANNELS) {
        refusals.push(`at most ${MAX_CHANNELS} channels are allowed`);
        return { channels, refusals };
      }
      if (await isAllowed(group, item, user, parts)) channels.add(`${group}-${String(item)}`);
      else
        refusals.push(
          `access denied to channel ${short(group)} for resource id ${short(String(item))}`,
        );
    }
  }
  return { channels, refusals };
}

/** Whether somebody may hear of an item of a group, as far as it is not a matter of a row. */
export function mayHear(channel: string, user: CurrentUser): boolean {
  const [group = '', item = ''] = channel.split('-');
  const events = eventSources[group]?.events;
  if (events !== undefined) return may(user, events, 'read');
  if (group === 'control') return item === `limit_reached_${user.id}`;
  const sight = sights[group]?.[item];
  return sight !== undefined && may(user, sight, 'read');
}

async function isAllowed(
  group: string,
  item: unknown,
  user: CurrentUser,
  { context }: ApiParts,
): Promise<boolean> {
  if (typeof item !== 'string' && typeof item !== 'number') return false;
  if (group.includes('-') || !mayHear(`${group}-${item}`, user)) return false;
  const source = Object.hasOwn(eventSources, group) ? eventSources[group] : undefined;
  if (source === undefined) return true;
  const id = Number(item);
  if (!Number.isSafeInteger(id) || id < 1 || String(id) !== String(item)) return false;
  return (await context.store.get(source.runs, id)) !== undefined;
}

const short = (text: string): string => text.slice(0, 100);
