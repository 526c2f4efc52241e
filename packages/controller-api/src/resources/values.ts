/** A value of a row that is text, or empty where it is none. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
