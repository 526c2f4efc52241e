import { parse, type ScalarTag, type Tags } from 'yaml';
import { PythonFloat } from '../process/output/python-text.js';

const TAG = 'tag:yaml.org,2002:';

/**
 * Reads YAML as PyYAML's safe loader does: version 1.1, but `y` and `n` are texts, a number with an exponent needs a
 * dot and a sign, and dates stay the text they are written as.
 *
 * @param exact integers become bigint and other numbers {@link PythonFloat}
 * @throws {YAMLParseError} with the place of the mistake.
 */
export function parsePythonYaml(text: string, exact: boolean): unknown {
  return parse(text, {
    version: '1.1',
    // What is odd about tags is for the reader of the value; warnings would go to the whole process.
    logLevel: 'error',
    maxAliasCount: 100,
    // The last one counts.
    uniqueKeys: false,
    intAsBigInt: exact,
    customTags: (tags) => tags.flatMap<Tags[number]>((tag) => asInPython(tag, exact)),
  }) as unknown;
}

function asInPython(tag: Tags[number], exact: boolean): Tags {
  if (typeof tag === 'string' || tag.collection !== undefined) return [tag];
  switch (tag.tag) {
    case `${TAG}timestamp`:
      return [];
    case `${TAG}bool`:
      return [{ ...tag, test: tag.test?.test('yes') === true ? TRUE : FALSE }];
    case `${TAG}float`:
      return [floatTag(tag, exact)];
    default:
      return [tag];
  }
}

const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const EXPONENT = /^[-+]?[0-9][0-9_]*\.[0-9_]*[eE][-+][0-9]+$/;

function floatTag(tag: ScalarTag, exact: boolean): ScalarTag {
  const test = tag.format === 'EXP' ? EXPONENT : tag.test;
  return {
    tag: tag.tag,
    default: true,
    ...(test && { test }),
    resolve: exact ? (digits) => new PythonFloat(floatOf(digits)) : floatOf,
  };
}

function floatOf(digits: string): number {
  const text = digits.replaceAll('_', '').toLowerCase();
  if (text.endsWith('.nan')) return NaN;
  if (text.endsWith('.inf')) return text.startsWith('-') ? -Infinity : Infinity;
  if (!text.includes(':')) return Number(text);
  // Base 60, as in 1:30.5
  const sign = text.startsWith('-') ? -1 : 1;
  const parts = text.replace(/^[-+]/, '').split(':');
  return sign * parts.reduce((sum, part) => sum * 60 + Number(part), 0);
}
