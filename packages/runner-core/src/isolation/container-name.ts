import { randomBytes } from 'node:crypto';

/**
 * Name of the container of a run, which no other has: `ansible_runner_<ident>`, and eight digits more when the caller
 * chose the ident, for others may choose the same one.
 */
export function containerName(ident: string, chosen: boolean): string {
  const name = `ansible_runner_${ident.replace(/[^A-Za-z0-9_-]/g, '_')}`;
  return chosen ? `${name}_${randomBytes(4).toString('hex')}` : name;
}
