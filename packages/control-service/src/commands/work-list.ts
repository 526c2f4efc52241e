import { encodeJson, unitStatusReply, type UnitStatus } from '@receptorjs/control-protocol';
import { compareBytes } from '@receptorjs/control-protocol/internal';

/**
 * The answer to `work list` in pieces, one for each unit, in the order of their IDs.
 *
 * @param ages for how many milliseconds the status of each has not changed, for who asks
 */
export function* unitListReply(
  units: readonly (readonly [id: string, status: UnitStatus])[],
  ages?: ReadonlyMap<string, number>,
): Generator<string, void> {
  let before = '{';
  for (const [id, status] of [...units].sort(([a], [b]) => compareBytes(a, b))) {
    const age = ages?.get(id);
    const reply = {
      ...(age === undefined ? {} : { Age: nanoseconds(age) }),
      ...unitStatusReply(status),
    };
    yield `${before}${encodeJson(id)}:${encodeJson(reply)}`;
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}

function nanoseconds(ms: number): number {
  return Math.round(ms) * 1e6;
}
