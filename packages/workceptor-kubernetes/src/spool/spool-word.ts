/** What the reader of a spool says of its end. */
export type SpoolWord =
  /** The command has written so many bytes, and has ended. */
  | {
      readonly kind: 'end';
      readonly bytes: number;
      /** SHA-256 in hexadecimal; absent where the image can't tell. */
      readonly sha256?: string | undefined;
      /** Bytes of stdin that came; absent where the command did not want all of it. */
      readonly stdinBytes?: number | undefined;
    }
  /** The image has not this program, so that there is no spool. */
  | { readonly kind: 'none'; readonly program: string }
  /** What was written behind this byte is not there. */
  | { readonly kind: 'lost'; readonly at: number; readonly why?: string | undefined };

/** Why something is missing, by the words of the scripts. */
const reasons: Readonly<Record<string, string>> = {
  write: 'its files could not be written',
  writer: 'what writes it was ended',
  copier: 'what copies the output to it was ended',
  missing: 'a file of it is not there',
};

const form =
  /^(?:end (\d+) \d+ ([0-9a-f]{64}|-)(?: (\d+)| -)|none ([\w.-]+)|lost (\d+)(?: (write|writer|copier|missing)?)?)$/;

/** The word in what a reader has written to stderr; none while it has not said one. */
export function spoolWordIn(text: string): SpoolWord | undefined {
  for (const line of text.split('\n').slice(0, -1)) {
    const [, bytes, sha256, stdin, program, at, why = ''] = form.exec(line) ?? [];
    if (bytes !== undefined) {
      return {
        kind: 'end',
        bytes: Number(bytes),
        sha256: sha256 === '-' ? undefined : sha256,
        stdinBytes: stdin === undefined ? undefined : Number(stdin),
      };
    }
    if (program !== undefined) return { kind: 'none', program };
    if (at !== undefined) return { kind: 'lost', at: Number(at), why: reasons[why] };
  }
  return undefined;
}
