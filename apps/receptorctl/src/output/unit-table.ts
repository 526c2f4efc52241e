import { isJsonObject, type JsonObject, type JsonValue } from '@receptorjs/control-protocol';
import { harmless } from './terminal.js';
import { tableLines, type Cell, type Style } from './terminal-table.js';

/** How the name of a state looks. */
export const stateStyles: Readonly<Record<string, Style>> = {
  Succeeded: 'green',
  Running: 'yellow',
  Pending: 'dim',
  Failed: 'red',
  Canceled: 'yellow',
};

/** Units of work as people read them: what they are, where they run, how far they are. */
export function unitTable(units: JsonValue, colour: boolean): string {
  const entries = isJsonObject(units) ? Object.entries(units) : [];
  if (entries.length === 0) return 'No units of work.\n';
  const rows = entries.map(([id, unit]) => unitRow(id, objectOf(unit)));
  return `${tableLines(['Unit', 'State', 'Work type', 'Node', 'Output', 'Detail'], rows, colour).join('\n')}\n`;
}

/** What failed units wrote last, under the name of each; nothing when none is known. */
export function lastOutputs(units: JsonValue): string {
  const entries = isJsonObject(units) ? Object.entries(units) : [];
  return entries
    .map(([id, unit]) => [id, textOf(objectOf(unit)['LastOutput'])] as const)
    .filter(([, output]) => output !== '')
    .map(([id, output]) => `\nLast output of ${harmless(id)}:\n  ${lines(output)}\n`)
    .join('');
}

function lines(output: string): string {
  return harmless(output).split('\n').join('\n  ');
}

function unitRow(id: string, unit: JsonObject): Cell[] {
  const { StateName, WorkType, StdoutSize, Detail } = unit;
  const remote = objectOf(unit['ExtraData']);
  const state = textOf(StateName);
  const type = textOf(remote['RemoteWorkType']) || textOf(WorkType);
  const style = stateStyles[state];
  return [
    harmless(id),
    style === undefined ? harmless(state) : { text: state, style },
    harmless(type),
    harmless(textOf(remote['RemoteNode']) || '-'),
    sizeText(Number(StdoutSize ?? 0)),
    harmless(textOf(Detail)).replaceAll('\n', ' '),
  ];
}

/** `0 B`, `12.3 KiB`: a size as people read it. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit] ?? ''}`;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {};
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
