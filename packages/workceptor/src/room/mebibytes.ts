/** Bytes as MiB, with one digit behind the point. */
export function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
