import type { LoopTurns } from '@receptorjs/bounded-json';
import { StreamError } from '../errors.js';
import { dataPosition, type ZipDirectory, type ZipFile, type ZipMember } from './zip-directory.js';

/** Members that are sorted in one step: under a millisecond. */
const SORTED_AT_ONCE = 1024;

/**
 * The members of an archive in the order they lie in.
 *
 * @throws {StreamError} 'unsafe-archive' when one begins before the end of another, as where a few bytes are to become many
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
    if (offset < before) return sortedInSteps(members, turns);
    before = offset;
    const turn = turns.due();
    if (turn !== undefined) await turn;
  }
  return members;
}

/** Sorts short runs, then merges two and two, so that no step is long. */
async function sortedInSteps(
  members: readonly ZipMember[],
  turns: LoopTurns,
): Promise<readonly ZipMember[]> {
  let runs: ZipMember[][] = [];
  for (let at = 0; at < members.length; at += SORTED_AT_ONCE) {
    runs.push(members.slice(at, at + SORTED_AT_ONCE).sort((a, b) => a.offset - b.offset));
    await turns.due();
  }
  while (runs.length > 1) {
    const merged: ZipMember[][] = [];
    for (let at = 0; at < runs.length; at += 2)
      merged.push(await merge(runs[at] ?? [], runs[at + 1] ?? [], turns));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge(
  left: readonly ZipMember[],
  right: readonly ZipMember[],
  turns: LoopTurns,
): Promise<ZipMember[]> {
  const merged: ZipMember[] = [];
  let first = left[0];
  let second = right[0];
  for (let l = 0, r = 0; ;) {
    if (first !== undefined && (second === undefined || first.offset <= second.offset)) {
      merged.push(first);
      first = left[++l];
    } else if (second !== undefined) {
      merged.push(second);
      second = right[++r];
    } else return merged;
    const turn = turns.due();
    if (turn !== undefined) await turn;
  }
}

function overlap({ name, offset }: ZipMember, at: number): StreamError {
  return new StreamError(
    'unsafe-archive',
    `Overlapped entries: ${JSON.stringify(name.slice(0, 200))}, at ${offset} of the archive, and what lies at ${at} have bytes in common; no two may.`,
  );
}
