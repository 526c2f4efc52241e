import {
  durationText,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '@receptorjs/control-protocol';
import { pythonRepr } from './python-text.js';
import { harmless } from './terminal.js';
import { paint, tableLines, type Cell } from './terminal-table.js';

const kinds = ['datagrams', 'stream', 'stream, TLS'];

/** The status of a node as people read it on a terminal; what programs read is the status table. */
export function statusOverview(status: JsonObject, colour: boolean): string {
  const { NodeID, Version, SystemCPUCount, SystemMemoryMiB } = status;
  const here = plain(NodeID);
  const links = objects(status['Connections']);
  const roundTrips = new Map(members(status['RTT']));
  const routes = members(status['RoutingTable']);
  const costs = new Map(members(status['KnownConnectionCosts']));
  const services = objects(status['Advertisements']);
  const head = [
    `${paint({ text: here, style: 'bold' }, colour)}  receptor ${plain(Version)}, ${plain(SystemCPUCount)} CPUs, ${plain(SystemMemoryMiB)} MiB`,
  ];
  const linkRows = links.map(({ NodeID: id, Cost }): Cell[] => {
    const rtt = roundTrips.get(typeof id === 'string' ? id : '');
    const shown =
      rtt === undefined ? [] : [durationText(typeof rtt === 'bigint' ? rtt : Number(rtt))];
    return [plain(id), plain(Cost), ...shown];
  });
  const nodeRows = routes.map(([id, via]): Cell[] => [
    harmless(id),
    plain(via) === id ? { text: 'linked', style: 'green' } : plain(via),
    members(costs.get(id))
      .map(([peer, cost]) => `${harmless(peer)} (${plain(cost)})`)
      .join(', '),
  ]);
  const serviceRows = services.map(({ NodeID: id, Service, ConnType, Tags, WorkCommands }) => [
    plain(id),
    plain(Service),
    kinds[Number(ConnType)] ?? '',
    plain(isJsonObject(Tags ?? null) ? (Tags as JsonObject)['type'] : ''),
    objects(WorkCommands)
      .map(({ WorkType, Secure }) => `${plain(WorkType)}${Secure === true ? ' (signed)' : ''}`)
      .join(', '),
  ]);
  const blocks = [
    head,
    tableLines(
      ['Link', 'Cost', ...(linkRows.some((row) => row[2]) ? ['Round trip'] : [])],
      linkRows,
      colour,
    ),
    tableLines(['Node', 'Via', 'Its links (cost)'], nodeRows, colour),
    tableLines(['Node', 'Service', 'Kind', 'Type', 'Work'], serviceRows, colour),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value)
    ? (value as readonly JsonValue[]).filter((item) => isJsonObject(item))
    : [];
}

function members(value: JsonValue | undefined): [string, JsonValue | undefined][] {
  return value !== undefined && isJsonObject(value) ? Object.entries(value) : [];
}

function plain(value: JsonValue | undefined): string {
  if (value === undefined) return '';
  return harmless(typeof value === 'string' ? value : pythonRepr(value));
}
