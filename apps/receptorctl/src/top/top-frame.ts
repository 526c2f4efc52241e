import {
  durationText,
  isJsonObject,
  stateName,
  type JsonValue,
} from '@receptorjs/control-protocol';
import { cutLine } from '../output/cut-line.js';
import { harmless } from '../output/terminal.js';
import { paint, tableLines, type Cell } from '../output/terminal-table.js';
import { sizeText, stateStyles } from '../output/unit-table.js';
import type { LinkRow, NodeRow, TopView, UnitRow } from './top-view.js';

/** The room there is. */
export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
}

/** The least rows a table is worth showing with, its head among them. */
const LEAST_ROWS = 3;

/**
 * The lines of a view: as many as there is room for, none longer than the room. Links and nodes have a quarter each at most, and what
 * units leave: of these a third is shown in any case.
 */
export function topFrame(view: TopView, { columns, rows, colour }: FrameSize): string[] {
  const head = [titleLine(view, colour), unitLine(view), ...rateLine(view)];
  let room = rows - head.length;
  const tables: string[][] = [];
  const add = (all: readonly string[], most: number): void => {
    // a blank line before it
    const lines = shortened(all, Math.min(most, room - 1));
    if (lines.length === 0) return;
    tables.push(lines);
    room -= lines.length + 1;
  };
  const share = Math.max(LEAST_ROWS, Math.floor(rows / 4));
  const units = tableLines(
    ['Unit', 'State', 'Output', 'Rate', 'Work type', 'Node', 'Detail'],
    view.units.map(unitRow),
    colour,
  );
  const links = tableLines(
    ['Link', 'Cost', 'Round trip', 'In', 'Out', 'Received', 'Sent'],
    view.links.map(linkRow),
    colour,
  );
  const nodes = tableLines(['Node', 'Via', 'Links'], view.nodes.map(nodeRow), colour);
  const kept = Math.min(units.length, Math.max(LEAST_ROWS, Math.floor(rows / 3))) + 1;
  add(links, Math.min(share, room - 1 - kept));
  add(nodes, Math.min(share, room - 1 - kept));
  add(units, Number.POSITIVE_INFINITY);
  const lines = [head, ...tables].flatMap((block, at) => (at === 0 ? block : ['', ...block]));
  return lines.slice(0, Math.max(0, rows)).map((line) => cutLine(line, columns));
}

/** As many lines of a table as there is room for; the last one says how many are missing. */
function shortened(lines: readonly string[], room: number): string[] {
  if (lines.length <= room) return [...lines];
  if (room < LEAST_ROWS) return [];
  const shown = lines.slice(0, room - 1);
  return [...shown, `... ${lines.length - shown.length} more`];
}

function titleLine(
  { nodeId, version, uptimeMs, at, disconnected }: TopView,
  colour: boolean,
): string {
  const name = paint({ text: harmless(nodeId), style: 'bold' }, colour);
  const time = new Date(at).toTimeString().slice(0, 8);
  if (disconnected) {
    const since = new Date(disconnected.since).toTimeString().slice(0, 8);
    const text = `disconnected since ${since}: ${harmless(disconnected.reason)}; as of ${time}`;
    return `${name}  ${paint({ text, style: 'red' }, colour)}`;
  }
  const up = uptimeMs === undefined ? '' : `  up ${uptimeText(uptimeMs)}`;
  return `${name}  receptor ${harmless(version)}${up}  ${time}`;
}

function unitLine(view: TopView): string {
  const states = ['Running', 'Pending', 'Succeeded', 'Failed', 'Canceled'];
  const counts = states.map((name) => `${view.unitCounts.get(name) ?? 0} ${name.toLowerCase()}`);
  return `Units: ${counts.join(', ')}`;
}

function rateLine(view: TopView): string[] {
  const rates = (
    [
      ['submitted', view.submittedRate],
      ['started', view.startedRate],
      ['ended', view.endedRate],
    ] as const
  ).flatMap(([what, rate]) => (rate === undefined ? [] : [`${rate.toFixed(1)} ${what}/s`]));
  const stdout = stdoutRate(view);
  if (stdout !== undefined) rates.push(`stdout ${sizeText(Math.round(stdout))}/s`);
  return rates.length === 0 ? [] : [`Rates: ${rates.join(', ')}`];
}

/** Bytes a second of the units whose rate is known. */
export function stdoutRate({ units }: TopView): number | undefined {
  const rates = units.flatMap((unit) => unit.stdoutRate ?? []);
  return rates.length === 0 ? undefined : rates.reduce((sum, rate) => sum + rate, 0);
}

function linkRow(link: LinkRow): Cell[] {
  return [
    harmless(link.nodeId),
    String(link.cost),
    link.rttMs === undefined
      ? '-'
      : durationText(Math.round(Number((link.rttMs * 1e6).toPrecision(3)))),
    rateText(link.receivedRate),
    rateText(link.sentRate),
    link.receivedBytes === undefined ? '-' : sizeText(link.receivedBytes),
    link.sentBytes === undefined ? '-' : sizeText(link.sentBytes),
  ];
}

function nodeRow({ nodeId, via, links }: NodeRow): Cell[] {
  return [
    harmless(nodeId),
    via === nodeId ? { text: 'linked', style: 'green' } : harmless(via),
    links === undefined ? '-' : String(links),
  ];
}

function unitRow({ unitId, status, stdoutRate: rate }: UnitRow): Cell[] {
  const state = stateName(status.state);
  const style = stateStyles[state];
  const { extraData } = status;
  const remote = textOf(extraData, 'RemoteNode');
  return [
    harmless(unitId),
    style === undefined ? state : { text: state, style },
    sizeText(Number(status.stdoutSize)),
    rateText(rate),
    harmless(textOf(extraData, 'RemoteWorkType') ?? status.workType),
    harmless(remote ?? '-'),
    harmless(status.detail).replaceAll('\n', ' '),
  ];
}

function textOf(value: JsonValue, name: string): string | undefined {
  const text = isJsonObject(value) ? value[name] : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function rateText(rate: number | undefined): string {
  return rate === undefined ? '-' : `${sizeText(Math.round(rate))}/s`;
}

/** `3 d 4 h`, `2 h 5 min`, `1 min 5 s`: the two largest parts. */
function uptimeText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([value]) => value > 0);
  return parts
    .slice(first < 0 ? 3 : first, first < 0 ? 4 : first + 2)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}
