/** What a list shows, as it stands in the address. */
export interface ListSearch {
  /** From 1 on; absent for the first. */
  readonly page?: number;
  /** What names contain. */
  readonly name?: string;
}

/** Reads an address; what makes no sense there is left out. */
export function listSearch({ page, name }: Record<string, unknown>): ListSearch {
  const text = typeof name === 'number' ? String(name) : name;
  return {
    ...(typeof page === 'number' && Number.isInteger(page) && page > 1 ? { page } : {}),
    ...(typeof text === 'string' && text !== '' ? { name: text } : {}),
  };
}
