import type { Criterion } from '@receptorjs/controller-core';

/** Every row. */
export const everything: Criterion = { kind: 'all', of: [] };

/** All of some criteria; those behind the same relation are asked of one and the same row there. */
export function allOf(criteria: readonly Criterion[]): Criterion {
  const behind = new Map<string, Criterion[]>();
  const others: Criterion[] = [];
  for (const criterion of criteria) {
    if (criterion.kind !== 'related') others.push(criterion);
    else {
      const same = behind.get(criterion.relation) ?? [];
      same.push(criterion.of);
      behind.set(criterion.relation, same);
    }
  }
  const related = [...behind].map(([relation, of]): Criterion => ({
    kind: 'related',
    relation,
    of: allOf(of),
  }));
  const all = [...others, ...related];
  const [only] = all;
  return all.length === 1 && only ? only : { kind: 'all', of: all };
}

/** A criterion behind the relations of a path. */
export const behind = (relations: readonly string[], criterion: Criterion): Criterion =>
  relations.reduceRight<Criterion>(
    (of, relation) => ({ kind: 'related', relation, of }),
    criterion,
  );

/** A field that equals a value. */
export const equals = (field: string, value: string | number | boolean): Criterion => ({
  kind: 'field',
  field,
  lookup: 'exact',
  value,
});
