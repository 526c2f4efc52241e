import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DAYS = '30';

/** Who logs in by a token that never ends, and the groups of each; `plain` may do nothing. */
export const users = /** @type {const} */ ({
  admin: { name: 'admin', groups: ['system:masters'] },
  controllerManager: { name: 'system:kube-controller-manager', groups: [] },
  scheduler: { name: 'system:kube-scheduler', groups: [] },
  node: { name: 'system:node:localhost', groups: ['system:nodes'] },
  plain: { name: 'plain', groups: [] },
});

/** @typedef {keyof typeof users} User */

export const tokenOf = (/** @type {User} */ user) => `${user}-token`;

/**
 * Makes an authority, the certificates of the API server and of an administrator, the key of tokens and the file of
 * tokens in a folder. Their names are those that `components.mjs` gives to the programs.
 *
 * @param {string} openssl
 * @param {string} folder
 */
export async function makePki(openssl, folder) {
  const at = (/** @type {string} */ name) => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run(openssl, [
    ...['req', '-x509', ...key, '-days', DAYS, '-subj', '/CN=kubernetes'],
    ...['-keyout', at('ca.key'), '-out', at('ca.crt')],
  ]);
  const sign = async (
    /** @type {string} */ name,
    /** @type {string} */ subject,
    /** @type {string} */ extension,
  ) => {
    writeFileSync(at(`${name}.ext`), extension);
    await run(openssl, [
      ...['req', '-new', ...key, '-subj', subject],
      ...['-keyout', at(`${name}.key`), '-out', at(`${name}.csr`)],
    ]);
    await run(openssl, [
      ...['x509', '-req', '-in', at(`${name}.csr`), '-days', DAYS, '-extfile', at(`${name}.ext`)],
      ...['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-CAserial'],
      ...[at(`${name}.srl`), '-out', at(`${name}.crt`)],
    ]);
  };
  await Promise.all([
    sign(
      'apiserver',
      '/CN=kube-apiserver',
      'subjectAltName=DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1',
    ),
    sign('admin', '/O=system:masters/CN=admin', 'extendedKeyUsage=clientAuth'),
  ]);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(at('sa.key'), privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  writeFileSync(at('sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  const lines = /** @type {User[]} */ (Object.keys(users)).map((user, index) => {
    const { name, groups } = users[user];
    return [
      tokenOf(user),
      name,
      index,
      ...(groups.length > 0 ? [`"${groups.join()}"`] : []),
    ].join();
  });
  writeFileSync(at('tokens.csv'), `${lines.join('\n')}\n`, { mode: 0o600 });
}
