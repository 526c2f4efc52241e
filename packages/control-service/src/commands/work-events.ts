import {
  encodeJson,
  unitEventReply,
  type UnitEvent,
  type UnitStatus,
} from '@receptorjs/control-protocol';

/** Characters that are written at once. */
const CHUNK = 32_768;

/** The lines of events, in pieces of text; what is ready at once is written at once. */
export async function* unitEventLines(
  batches: AsyncIterable<readonly UnitEvent<UnitStatus>[]>,
): AsyncGenerator<string, void> {
  for await (const batch of batches) {
    let text = '';
    for (const event of batch) {
      text += `${encodeJson(unitEventReply(event))}\n`;
      if (text.length < CHUNK) continue;
      yield text;
      text = '';
    }
    if (text !== '') yield text;
  }
}
