import { isJsonObject, type JsonObject, type JsonValue } from '@receptorjs/control-protocol';
import { indentedJson, pythonRepr } from './python-text.js';

const connectionTypes = ['Datagram', 'Stream', 'StreamTLS'];
const LEAST_WIDTH = 12;

/**
 * The status of a node as tables: connections, known nodes, routes, services and work types, each left out when it has
 * no rows. Fields that are not known here are shown as JSON at the end.
 */
export function statusTable(status: JsonObject): string {
  const {
    NodeID,
    Version,
    SystemCPUCount,
    SystemMemoryMiB,
    Connections,
    KnownConnectionCosts,
    RoutingTable,
    Advertisements,
    ...rest
  } = status;
  const connections = objects(Connections);
  const costs = members(KnownConnectionCosts);
  const advertisements = objects(Advertisements);
  const names = [...connections.map(({ NodeID: id }) => plain(id)), ...costs.map(([id]) => id)];
  const width = names.reduce((widest, name) => Math.max(widest, length(name)), LEAST_WIDTH);
  const lines = [
    `Node ID: ${plain(NodeID)}`,
    `Version: ${plain(Version)}`,
    `System CPU Count: ${plain(SystemCPUCount)}`,
    `System Memory MiB: ${plain(SystemMemoryMiB)}`,
    ...table(
      `${pad('Connection', width)} Cost`,
      connections.map(({ NodeID: id, Cost }) => `${pad(plain(id), width)} ${plain(Cost)}`),
    ),
    ...table(
      `${pad('Known Node', width)} Known Connections`,
      costs.map(([id, peers]) => {
        const known = members(peers).map(([peer, cost]) => `${peer}: ${plain(cost)} `);
        return `${pad(id, width)} ${known.join('')}`;
      }),
    ),
    ...table(
      `${pad('Route', width)} Via`,
      members(RoutingTable).map(([id, via]) => `${pad(id, width)} ${plain(via)}`),
    ),
    ...table(
      `${pad('Node', width)} Service   Type       Last Seen             Tags`,
      advertisements.map((ad) => serviceRow(ad, width)),
    ),
    ...workTypes('Work Types', advertisements, false, width),
    ...workTypes('Secure Work Types', advertisements, true, width),
  ];
  if (Object.keys(rest).length > 0) {
    lines.push('Additional data returned from Receptor:', indentedJson(rest));
  }
  return `${lines.join('\n')}\n`;
}

function table(header: string, rows: readonly string[]): string[] {
  return rows.length === 0 ? [] : ['', header, ...rows];
}

function serviceRow(ad: JsonObject, width: number): string {
  const { NodeID, Service, ConnType, Time, Tags } = ad;
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(plain(Time)) ?? [];
  const type = connectionTypes[Number(ConnType)] ?? '';
  const tags = Tags === null || Tags === undefined ? '-' : pythonRepr(Tags);
  return `${pad(plain(NodeID), width)} ${pad(plain(Service), 9)} ${pad(type, 10)} ${pad(`${day ?? ''} ${time ?? ''}`, 21)} ${pad(tags, 16)}`;
}

/** One row for the first advertisement of each node that offers work of the kind. */
function workTypes(
  header: string,
  advertisements: readonly JsonObject[],
  secure: boolean,
  width: number,
): string[] {
  const rows = new Map<string, string>();
  for (const { NodeID, WorkCommands } of advertisements) {
    const types = objects(WorkCommands)
      .filter(({ Secure }) => (Secure === true) === secure)
      .map(({ WorkType }) => plain(WorkType));
    const node = plain(NodeID);
    if (types.length > 0 && !rows.has(node)) {
      rows.set(node, `${pad(node, width)} ${types.join(', ')}`);
    }
  }
  return table(`${pad('Node', width)} ${header}`, [...rows.values()]);
}

function objects(value: JsonValue | undefined): JsonObject[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly JsonValue[]).filter((item) => isJsonObject(item));
}

function members(value: JsonValue | undefined): [string, JsonValue | undefined][] {
  return isJsonObject(value) ? Object.entries(value) : [];
}

function plain(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}

function length(text: string): number {
  return Array.from(text).length;
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - length(text)));
}
