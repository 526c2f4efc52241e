/** The links of a mesh, as pairs of places of its nodes: each pair once, the lower place first. */
export interface Topology {
  readonly size: number;
  readonly links: readonly (readonly [number, number])[];
}

function topology(size: number, links: Iterable<readonly [number, number]>): Topology {
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`a mesh of ${size} nodes; it has one or more`);
  return { size, links: [...links] };
}

const places = (size: number): number[] => Array.from({ length: size }, (_, at) => at);

/** Each node linked to the next. */
export function line(size: number): Topology {
  return topology(
    size,
    places(size - 1).map((at) => [at, at + 1] as const),
  );
}

/** A line whose ends are linked as well, from three nodes on. */
export function ring(size: number): Topology {
  const { links } = line(size);
  return topology(size, size > 2 ? [...links, [0, size - 1]] : links);
}

/** Hops below hops: each node has up to `fanOut` below it. */
export function tree(size: number, fanOut = 3): Topology {
  return topology(
    size,
    places(size)
      .slice(1)
      .map((at) => [Math.floor((at - 1) / fanOut), at] as const),
  );
}

/** Every node linked to every other. */
export function full(size: number): Topology {
  return topology(
    size,
    places(size).flatMap((a) =>
      places(size)
        .slice(a + 1)
        .map((b) => [a, b] as const),
    ),
  );
}

/** A connected mesh by chance, with `degree` links a node on average. */
export function randomSparse(size: number, degree: number, random: () => number): Topology {
  const wanted = Math.min(Math.round((size * degree) / 2), (size * (size - 1)) / 2);
  const links = new Map<number, readonly [number, number]>();
  const add = (a: number, b: number): void => {
    if (a !== b)
      links.set(Math.min(a, b) * size + Math.max(a, b), [Math.min(a, b), Math.max(a, b)]);
  };
  for (let at = 1; at < size; at++) add(at, Math.floor(random() * at));
  while (links.size < wanted) add(Math.floor(random() * size), Math.floor(random() * size));
  return topology(size, links.values());
}
