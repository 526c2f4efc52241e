/** What the page of a job shows, as it stands in the address. */
export interface JobSearch {
  /** A line of the output, from 1 on. */
  readonly line?: number;
}

export function jobSearch({ line }: Record<string, unknown>): JobSearch {
  return typeof line === 'number' && Number.isInteger(line) && line > 0 ? { line } : {};
}
