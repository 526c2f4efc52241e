/**
 * The name a person most likely meant: the same one in another spelling (`private_data_dir` for `privateDataDir`), or the
 * one with the fewest changed letters, when they are few for its length.
 */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const plain = plainName(given);
  const same = known.find((name) => plainName(name) === plain);
  if (same !== undefined) return same;
  const limit = Math.min(3, Math.floor(plain.length / 3));
  let nearest: string | undefined;
  let fewest = limit + 1;
  for (const name of known) {
    // names that differ by more letters in length alone need no look
    if (Math.abs(name.length - given.length) > limit + 2) continue;
    const distance = editDistance(plain, plainName(name));
    if (distance < fewest) [nearest, fewest] = [name, distance];
  }
  return nearest;
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, '');
}

/** How many letters are inserted, left out, replaced or swapped with their neighbor (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = from[row - 1] === to[column - 1] ? 0 : 1;
      let best = Math.min(
        at(current, column - 1) + 1,
        at(last, column) + 1,
        at(last, column - 1) + replaced,
      );
      const swapped =
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1];
      if (swapped) best = Math.min(best, at(beforeLast, column - 2) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
