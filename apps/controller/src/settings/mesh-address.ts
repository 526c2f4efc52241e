import type { MeshAddress } from '@receptorjs/controller-core';
import { isIP } from 'node:net';

const MAX_PORT = 65_535;

/** `HOST:PORT` or `[ADDRESS]:PORT`; nothing for anything else. */
export function readMeshAddress(text: string): MeshAddress | undefined {
  const [, six, name, digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = six ?? name ?? '';
  const port = Number(digits);
  const isHost =
    six === undefined ? /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host) : isIP(six) === 6;
  return isHost && port > 0 && port <= MAX_PORT ? { host, port } : undefined;
}

/** Whether it is every address of a machine, which nobody else can connect to. */
export const isEveryAddress = ({ host }: MeshAddress): boolean =>
  host === '0.0.0.0' || host === '::';

/** Milliseconds of `30m`, `1h`, `2d`; nothing for anything else. */
export function readLifetime(text: string): number | undefined {
  const units: Readonly<Record<string, number>> = {
    s: 1000,
    m: 60_000,
    h: 3_600_000,
    d: 86_400_000,
  };
  const [, digits = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return digits === '' || Number(digits) === 0 ? undefined : Number(digits) * (units[unit] ?? 0);
}
