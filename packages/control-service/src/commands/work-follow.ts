import { encodeJson, unitStatusReply, type UnitStatus } from '@receptorjs/control-protocol';

/** A piece of stdout up to this size is sent together with the line before it. */
const JOINED_BYTES = 16 * 1024;

/**
 * Answers `work follow`: each status as a line as it comes, each piece of stdout as a line `{"Bytes":N}` and N bytes, and when
 * both have ended a line `{"End":"ID"}`, which is left out when they were made to end.
 *
 * See docs/decisions/0127-one-connection-for-a-unit.md.
 *
 * @param signal by which the sequences are made to end early
 * @throws whatever the statuses or the stdout throw
 */
export async function* followReply(
  unitId: string,
  statuses: AsyncIterable<UnitStatus>,
  stdout: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array | string, void> {
  for await (const part of merged<UnitStatus | Uint8Array>(statuses, stdout)) {
    if (!(part instanceof Uint8Array)) {
      yield `${encodeJson(unitStatusReply(part))}\n`;
      continue;
    }
    const head = `{"Bytes":${part.length}}\n`;
    if (part.length <= JOINED_BYTES) yield Buffer.concat([Buffer.from(head), part]);
    else {
      yield head;
      yield part;
    }
  }
  if (!signal.aborted) yield `${encodeJson({ End: unitId })}\n`;
}

/**
 * The items of several sequences, each as soon as it is there; ends with the last of them, and fails with the first that does. Of each one
 * item is held.
 */
async function* merged<T>(...sources: readonly AsyncIterable<T>[]): AsyncGenerator<T, void> {
  const ready: (() => readonly [AsyncIterator<T, unknown>, T] | undefined)[] = [];
  let wake = (): void => undefined;
  const open = new Set(sources.map((source) => source[Symbol.asyncIterator]()));
  const settle = (take: (typeof ready)[number]): void => {
    ready.push(take);
    wake();
  };
  const pull = (iterator: AsyncIterator<T, unknown>): void => {
    iterator.next().then(
      ({ done, value }) => {
        settle(() => {
          if (done !== true) return [iterator, value];
          open.delete(iterator);
          return undefined;
        });
      },
      (error: unknown) => {
        settle(() => {
          throw error;
        });
      },
    );
  };
  for (const iterator of open) pull(iterator);
  try {
    while (open.size > 0) {
      const take = ready.shift();
      if (!take) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const [iterator, item] = take() ?? [];
      if (iterator === undefined) continue;
      yield item as T;
      // not before: the memory of the item may be used again by then
      pull(iterator);
    }
  } finally {
    // one that waits ends when its signal fires, which nobody waits for here
    for (const iterator of open) iterator.return?.().catch(() => undefined);
  }
}
