/** What a backup begins with. */
export interface BackupHeader {
  readonly format: 'receptorjs-controller-backup';
  readonly version: 1;
  /** Steps of the schema that it has. */
  readonly migrations: readonly string[];
  /** ISO 8601. */
  readonly created: string;
}

/** What it ends with. */
export interface BackupTrailer {
  /** How many rows of each table. */
  readonly rows: Readonly<Record<string, number>>;
  /** The numbers that sequences have given last, by their names. */
  readonly sequences: Readonly<Record<string, number>>;
  /** SHA-256 of all lines before, each with its line feed, in hexadecimal. */
  readonly sha256: string;
}

/**
 * A line of a backup, which is lines compressed by gzip. Those that begin with `#` say what follows: the header, the name of a table, the trailer. All
 * others are rows of the table, as JSON that the database wrote and reads.
 */
export type BackupMark =
  | { readonly kind: 'header'; readonly header: BackupHeader }
  | { readonly kind: 'table'; readonly table: string }
  | { readonly kind: 'trailer'; readonly trailer: BackupTrailer };

export const markLine = (mark: BackupMark): string => `#${JSON.stringify(mark)}`;
export const isMark = (line: string): boolean => line.startsWith('#');
export const readMark = (line: string): BackupMark => JSON.parse(line.slice(1)) as BackupMark;
