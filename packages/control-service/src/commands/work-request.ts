import {
  encodeJson,
  type JsonObject,
  type JsonValue,
  type WorkSubmission,
} from '@receptorjs/control-protocol';
import { badRequest } from '../errors.js';
import type { UnitEventsRequest } from '../handlers.js';
import { keyword, optionalString, stringField, type Request } from './request.js';

/** A `work` request, checked. */
export type WorkRequest =
  | { readonly verb: 'submit'; readonly submission: WorkSubmission }
  | { readonly verb: 'list'; readonly unitId: string | undefined; readonly ages: boolean }
  | ({ readonly verb: 'events' } & UnitEventsRequest)
  | { readonly verb: 'status' | 'watch'; readonly unitId: string }
  | {
      readonly verb: 'cancel';
      readonly unitId: string;
      readonly signature: string | undefined;
    }
  | {
      readonly verb: 'release' | 'force-release';
      readonly unitId: string;
      readonly signature: string | undefined;
      /** Only one that has not started. */
      readonly onlyUnstarted: boolean;
    }
  | {
      readonly verb: 'results' | 'follow';
      readonly unitId: string;
      readonly startPos: bigint;
      readonly signature: string | undefined;
    }
  | {
      readonly verb: 'digest';
      readonly unitId: string;
      readonly startPos: bigint | undefined;
      readonly endPos: bigint | undefined;
      readonly signature: string | undefined;
    };

const ownKeys = new Set([
  'command',
  'subcommand',
  'node',
  'worktype',
  'tlsclient',
  'ttl',
  'signwork',
  'signature',
]);

/**
 * Reads a `work` request of either form.
 *
 * @throws {ControlServiceError} `bad-request` with the text of the reply
 */
export function parseWorkRequest(request: Request): WorkRequest {
  return request.form === 'line' ? parseLine(request.text) : parseFields(request.fields);
}

function parseLine(text: string): WorkRequest {
  // no request but a submission has more words, and what follows its first three is one text
  const [word = '', ...rest] = text.split(' ', 5);
  const verb = keyword(word);
  const [first, second] = rest;
  switch (verb) {
    case 'submit': {
      if (first === undefined || second === undefined) {
        throw badRequest('work submit requires a target node and work type');
      }
      const params = text.slice(word.length + first.length + second.length + 3);
      return {
        verb,
        submission: {
          node: first,
          workType: second,
          params: rest.length > 2 ? { params } : {},
          signWork: false,
        },
      };
    }
    case 'list':
      return { verb, unitId: first, ages: false };
    case 'events':
      if (rest.length > 1) throw badRequest('work events only takes a cursor');
      return { verb, after: first };
    case 'status':
    case 'watch':
      return { verb, unitId: onlyUnitId(verb, rest) };
    case 'cancel':
      return { verb, unitId: onlyUnitId(verb, rest), signature: undefined };
    case 'release':
    case 'force-release': {
      const unitId = onlyUnitId(verb, rest);
      return { verb, unitId, signature: undefined, onlyUnstarted: false };
    }
    case 'results':
    case 'follow': {
      if (first === undefined) throw badRequest(`work ${verb} requires a unit ID`);
      if (rest.length > 2) {
        throw badRequest(`work ${verb} only takes a unit ID and optional start position`);
      }
      return { verb, unitId: first, startPos: linePosition(second ?? '0'), signature: undefined };
    }
    case 'digest': {
      const [unitId, from, upTo] = rest;
      if (unitId === undefined) throw badRequest('work digest requires a unit ID');
      if (rest.length > 3) throw badRequest('work digest only takes a unit ID and two positions');
      const startPos = from === undefined ? undefined : linePosition(from);
      const endPos = upTo === undefined ? undefined : linePosition(upTo);
      return { verb, unitId, startPos, endPos, signature: undefined };
    }
    default:
      throw badRequest('bad command');
  }
}

function onlyUnitId(verb: string, words: readonly string[]): string {
  const [unitId] = words;
  if (unitId === undefined) throw badRequest(`work ${verb} requires a unit ID`);
  if (words.length > 1) {
    throw badRequest(`work ${verb} does not take parameters after the unit ID`);
  }
  return unitId;
}

function linePosition(text: string): bigint {
  if (/^[+-]?\d+$/.test(text)) return checkedPosition(BigInt(text.replace(/^\+/, '')));
  throw badRequest(
    `error converting start position to integer: strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

function parseFields(fields: JsonObject): WorkRequest {
  const verb = keyword(stringField(fields, 'subcommand'));
  const signature = optionalString(fields, 'signature');
  switch (verb) {
    case 'submit':
      return { verb, submission: parseSubmission(fields) };
    case 'list':
      return {
        verb,
        unitId: optionalString(fields, 'unitid'),
        ages: fields['ages'] === true,
      };
    case 'events':
      return { verb, after: optionalText(fields, 'after'), unitIds: unitIdsOf(fields) };
    case 'status':
    case 'watch':
      return { verb, unitId: stringField(fields, 'unitid') };
    case 'cancel':
      return { verb, unitId: stringField(fields, 'unitid'), signature };
    case 'release':
    case 'force-release': {
      const onlyUnstarted = fields['unstarted'] === true;
      return { verb, unitId: stringField(fields, 'unitid'), signature, onlyUnstarted };
    }
    case 'results':
    case 'follow':
      return {
        verb,
        unitId: stringField(fields, 'unitid'),
        startPos: jsonPosition(fields, 'startpos'),
        signature,
      };
    case 'digest':
      return {
        verb,
        unitId: stringField(fields, 'unitid'),
        startPos: 'startpos' in fields ? jsonPosition(fields, 'startpos') : undefined,
        endPos: 'endpos' in fields ? jsonPosition(fields, 'endpos') : undefined,
        signature,
      };
    default:
      throw badRequest('bad command');
  }
}

/** A field that must be a string where it is there. */
function optionalText(fields: JsonObject, name: string): string | undefined {
  return fields[name] === undefined ? undefined : stringField(fields, name);
}

/** The IDs of `unitid`, one or a list. */
function unitIdsOf({ unitid }: JsonObject): readonly string[] | undefined {
  if (unitid === undefined) return undefined;
  const ids = Array.isArray(unitid) ? (unitid as readonly JsonValue[]) : [unitid];
  return ids.map((id) => {
    if (typeof id === 'string') return id;
    throw badRequest('field unitid must be a string or a list of strings');
  });
}

function parseSubmission(fields: JsonObject): WorkSubmission {
  const strings: Record<string, string> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (typeof value !== 'string') {
      throw badRequest(`submit parameters must all be strings and ${key} is not`);
    }
    strings[key] = value;
  }
  return {
    node: stringField(strings, 'node'),
    workType: stringField(strings, 'worktype'),
    params: Object.fromEntries(Object.entries(strings).filter(([key]) => !ownKeys.has(key))),
    tlsClient: orNothing(strings['tlsclient']),
    ttl: orNothing(strings['ttl']),
    signWork: strings['signwork'] === 'true',
    signature: orNothing(strings['signature']),
  };
}

function orNothing(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** A number, whose fraction is cut off, or a string of digits. */
function jsonPosition(fields: JsonObject, name: string): bigint {
  const value: JsonValue | undefined = fields[name];
  if (value === undefined) throw badRequest(`field ${name} missing`);
  if (typeof value === 'bigint') return checkedPosition(value);
  if (typeof value === 'number' && Number.isFinite(value)) {
    return checkedPosition(BigInt(Math.trunc(value)));
  }
  if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) return linePosition(value);
  const shown = typeof value === 'string' ? value : encodeJson(value);
  throw badRequest(`field ${name} value ${shown} is not convertible to an int`);
}

function checkedPosition(position: bigint): bigint {
  if (position >= 0n && position < 2n ** 63n) return position;
  throw badRequest(`start position must be 0 to 9223372036854775807, not ${position}`);
}
