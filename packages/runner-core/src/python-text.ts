/** A value as Python's `str()` writes it, which is how values of `env/envvars` reach the environment. */
export function pythonText(value: unknown): string {
  if (typeof value === 'string') return value;
  return pythonRepresentation(value);
}

function pythonRepresentation(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    const escaped = value
      .replaceAll('\\', '\\\\')
      .replaceAll('\n', '\\n')
      .replaceAll('\r', '\\r')
      .replaceAll('\t', '\\t');
    return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
  }
  if (Array.isArray(value)) return `[${value.map(pythonRepresentation).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, item]) => `${pythonRepresentation(key)}: ${pythonRepresentation(item)}`)
      .join(', ')}}`;
  return String(value as number | bigint);
}
