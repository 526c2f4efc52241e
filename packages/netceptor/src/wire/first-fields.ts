const [QUOTE, BACKSLASH] = [0x22, 0x5c];

/** What a kind of message begins with, up to its node and from there to the second field. */
export interface FirstFields {
  readonly beforeNode: Buffer;
  readonly beforeSecond: Buffer;
}

/** The form of messages of a type whose first two fields are the node and `second`. */
export function firstFields(type: number, second: string): FirstFields {
  return {
    beforeNode: Buffer.from([type, ...Buffer.from('{"NodeID":"')]),
    beforeSecond: Buffer.from(`","${second}":"`),
  };
}

/**
 * The node and the second field of the message `chunk[start..end)`, without reading the rest; undefined when they do not
 * stand at its beginning or have escapes.
 */
export function readFirstFields(
  { beforeNode, beforeSecond }: FirstFields,
  chunk: Buffer,
  start: number,
  end: number,
): readonly [nodeId: string, second: string] | undefined {
  const nodeAt = after(chunk, start, end, beforeNode);
  const nodeEnd = plainEnd(chunk, nodeAt, end);
  const secondAt = after(chunk, nodeEnd, end, beforeSecond);
  const secondEnd = plainEnd(chunk, secondAt, end);
  if (secondEnd === end) return undefined;
  return [chunk.toString('utf8', nodeAt, nodeEnd), chunk.toString('utf8', secondAt, secondEnd)];
}

/** Where the text goes on after `expected`; `end` when something else stands there. */
function after(chunk: Buffer, start: number, end: number, expected: Buffer): number {
  if (end - start < expected.length) return end;
  for (let at = 0; at < expected.length; at++) {
    if (chunk[start + at] !== expected[at]) return end;
  }
  return start + expected.length;
}

/** Where a string without escapes ends; `end` when it has any, or no end. */
function plainEnd(chunk: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = chunk[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) return end;
  }
  return end;
}
