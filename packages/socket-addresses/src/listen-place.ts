import { bareHost, hostPort } from './address.js';

/** Where to listen. */
export interface ListenPlace {
  /** Name or address. Without one: every address of this machine, of IPv6 and of IPv4; of IPv4 alone where there is no IPv6. */
  readonly host?: string | undefined;
  /** 0 for any free one. */
  readonly port: number;
}

/** A place as people write it; `*` stands for every address. */
export const listenPlaceText = ({ host, port }: ListenPlace): string => hostPort(host ?? '*', port);

/** What a server of Node takes for a place; without a host it takes every address, as {@link ListenPlace} says. */
export const serverPlace = ({ host, port }: ListenPlace): { host?: string; port: number } =>
  host === undefined ? { port } : { host: bareHost(host), port };
