/** The samples of one metric in the text format of Prometheus. */
export function valuesOf(
  text: string,
  name: string,
): { labels: Record<string, string>; value: number }[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match?.[1] !== name) return [];
    const labels = [...(match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
      ([, key = '', value = '']) => [key, value.replaceAll(/\\(.)/g, '$1')] as const,
    );
    return [{ labels: Object.fromEntries(labels), value: Number(match[3]) }];
  });
}

/** The value of the one sample with exactly these labels. */
export function valueOf(text: string, name: string, labels: Record<string, string> = {}): number {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  const found = valuesOf(text, name).filter(
    (sample) => JSON.stringify(Object.entries(sample.labels).sort()) === wanted,
  );
  const [only] = found;
  if (found.length !== 1 || only === undefined)
    throw new Error(`${found.length} samples of ${name} ${wanted} in:\n${text}`);
  return only.value;
}
