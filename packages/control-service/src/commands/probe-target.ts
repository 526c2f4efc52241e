import { badRequest } from '../errors.js';
import type { Request } from './request.js';

/** The node that `ping` or `traceroute` is about. */
export function probeTarget(request: Request): string {
  const { command } = request;
  if (request.form === 'line') {
    if (request.text === '') throw badRequest(`no ${command} target`);
    return request.text;
  }
  const { target } = request.fields;
  if (target === undefined) throw badRequest(`no ${command} target`);
  if (typeof target !== 'string') throw badRequest(`${command} target must be string`);
  return target;
}
