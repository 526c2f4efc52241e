import { badRequest } from '../errors.js';
import type { Request } from './request.js';

/** Whom a `connect` request wants. */
export interface ConnectTarget {
  readonly node: string;
  readonly service: string;
  readonly tlsClient: string | undefined;
}

/** Reads a `connect` request. Words of the line form are split at single spaces; an empty third one means no TLS. */
export function connectTarget(request: Request): ConnectTarget {
  if (request.form === 'line') {
    const [node, service, tls, ...more] = request.text.split(' ', 4);
    if (node === undefined || service === undefined) throw badRequest('no connect target');
    if (more.length > 0) throw badRequest('too many parameters');
    return { node, service, tlsClient: tls === '' ? undefined : tls };
  }
  const { node, service, tls } = request.fields;
  if (node === undefined) throw badRequest('no connect target node');
  if (typeof node !== 'string') throw badRequest('connect target node must be string');
  if (service === undefined) throw badRequest('no connect target service');
  if (typeof service !== 'string') throw badRequest('connect target service must be string');
  if (tls !== undefined && typeof tls !== 'string') {
    throw badRequest('connect tls name must be string');
  }
  return { node, service, tlsClient: tls === '' ? undefined : tls };
}
