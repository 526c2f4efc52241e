import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An authority and the certificate of `hub`, made by the command that is attacked. @param {import('./on-mesh.mjs').Place} place */
export async function hubCertificate({ commands, folder }) {
  const at = (/** @type {string} */ name) => join(folder, name);
  const make = (/** @type {string} */ action, /** @type {Record<string, string>} */ fields) =>
    run(commands.receptor, [
      `--${action}`,
      ...Object.entries(fields).map(([key, value]) => `${key}=${value}`),
    ]);
  const [ca, caKey] = [at('ca.crt'), at('ca.key')];
  const [cert, key, req] = [at('hub.crt'), at('hub.key'), at('hub.csr')];
  await make('cert-init', { commonname: 'ca', bits: '2048', outcert: ca, outkey: caKey });
  await make('cert-makereq', {
    commonname: 'hub',
    bits: '2048',
    nodeid: 'hub',
    dnsname: 'localhost',
    ipaddress: '127.0.0.1',
    outreq: req,
    outkey: key,
  });
  await make('cert-signreq', { req, cacert: ca, cakey: caKey, outcert: cert, verify: 'true' });
  return { cert, key, ca, caText: () => readFileSync(ca, 'utf8') };
}
