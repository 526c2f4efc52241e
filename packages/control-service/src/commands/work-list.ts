import { encodeJson, unitStatusReply, type UnitStatus } from '@receptorjs/control-protocol';
import { compareBytes } from '@receptorjs/control-protocol/internal';

/** The answer to `work list` in pieces, one for each unit, in the order of their IDs. */
export function* unitListReply(
  units: readonly (readonly [id: string, status: UnitStatus])[],
): Generator<string, void> {
  let before = '{';
  for (const [id, status] of [...units].sort(([a], [b]) => compareBytes(a, b))) {
    yield `${before}${encodeJson(id)}:${encodeJson(unitStatusReply(status))}`;
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}
