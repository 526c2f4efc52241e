import type { LoopTurns } from '@receptorjs/bounded-json';
import { StreamError } from './errors.js';
import { dataPosition, type ZipDirectory, type ZipFile, type ZipMember } from './zip-directory.js';

/** Most members of an archive whose directory does not name them in the order they lie in. */
export const MAX_UNSORTED_MEMBERS = 100_000;

/**
 * The members of an archive in the order they lie in.
 *
 * @throws StreamError 'unsafe-archive' when one begins before the end of another, as where a few bytes are to become many
 * files, or reaches into the directory; 'bad-archive' when a record is not there.
 */
export async function inOrder(
  file: ZipFile,
  { members, start }: ZipDirectory,
  turns: LoopTurns,
): Promise<readonly ZipMember[]> {
  const sorted = await sortedMembers(members, turns);
  let end = 0;
  for (const member of sorted) {
    if (member.offset < end) throw overlap(member, end);
    end = dataPosition(file, member) + member.packed;
    if (end > start) throw overlap(member, start);
    const turn = turns.due();
    if (turn !== undefined) await turn;
  }
  return sorted;
}

async function sortedMembers(
  members: readonly ZipMember[],
  turns: LoopTurns,
): Promise<readonly ZipMember[]> {
  let before = -1;
  for (const { offset } of members) {
    if (offset < before) {
      if (members.length > MAX_UNSORTED_MEMBERS)
        throw new StreamError(
          'unsafe-archive',
          `The archive names its ${members.length} members in another order than they lie in; ${MAX_UNSORTED_MEMBERS} are allowed then.`,
        );
      return [...members].sort((a, b) => a.offset - b.offset);
    }
    before = offset;
    const turn = turns.due();
    if (turn !== undefined) await turn;
  }
  return members;
}

function overlap({ name, offset }: ZipMember, at: number): StreamError {
  return new StreamError(
    'unsafe-archive',
    `Overlapped entries: ${JSON.stringify(name.slice(0, 200))}, at ${offset} of the archive, and what lies at ${at} have bytes in common; no two may.`,
  );
}
