import { parse, YAMLParseError, type Tags } from 'yaml';

/** Why a text is no YAML: what is wrong, and where. Never the text itself, which may be secret. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
}

/**
 * A text in YAML or JSON, which is YAML too. Scalars are those of YAML 1.1, as for the original, so that `0644` is a mode and `yes` is
 * true; times stay texts, as there. Merge keys (`<<`) are merged.
 *
 * @throws {YamlError}
 */
export function parseYaml(text: string): unknown {
  try {
    const value: unknown = parse(text, {
      version: '1.1',
      customTags: withoutTimes,
      maxAliasCount: 100,
      // both would show lines of the text, the second one on stderr
      prettyErrors: false,
      logLevel: 'error',
    });
    // what contains itself can't be sent
    JSON.stringify(value);
    return value;
  } catch (cause) {
    throw new YamlError(whyNot(cause, text));
  }
}

/** By codes alone: the messages of the library quote the text. */
function whyNot(error: unknown, text: string): string {
  if (error instanceof YAMLParseError) {
    const before = text.slice(0, error.pos[0]).split('\n');
    const column = (before.at(-1) ?? '').length + 1;
    return `it is no YAML in line ${before.length}, column ${column} (${error.code})`;
  }
  if (error instanceof RangeError) return 'it is no YAML that can be read: it is nested too deeply';
  if (error instanceof ReferenceError) {
    return 'it is no YAML that can be read: it has an alias without an anchor, or more than 100 uses of them';
  }
  return error instanceof TypeError
    ? 'it is no YAML that can be read: it contains itself'
    : 'it is no YAML that can be read';
}

function withoutTimes(tags: Tags): Tags {
  return tags.filter(
    (tag) =>
      typeof tag === 'string' ||
      (!tag.tag.endsWith(':timestamp') && !('format' in tag && tag.format === 'TIME')),
  );
}
