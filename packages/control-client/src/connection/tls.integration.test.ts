import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControlClient } from '../control-client.js';

const openssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    return false;
  }
})();
if (!openssl) console.warn('skipped: there is no openssl to make a certificate with');

describe.skipIf(!openssl)('over TLS (needs openssl)', () => {
  let server: Server;
  let address: string;
  let cert: string;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tls-'));
    const [keyFile, certFile] = [join(folder, 'key'), join(folder, 'cert')];
    const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2';
    const names = ['-subj', '/CN=other', '-addext', 'subjectAltName=DNS:other.example'];
    const files = ['-keyout', keyFile, '-out', certFile];
    await promisify(execFile)('openssl', [...request.split(' '), ...names, ...files]);
    cert = await readFile(certFile, 'utf8');
    const key = await readFile(keyFile, 'utf8');
    await rm(folder, { recursive: true });
    server = createServer({ cert, key, allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.write('Receptor Control, node b\n');
      socket.once('data', () =>
        socket.write(
          'ERROR: Unknown command\nWork unit created with ID u1. Send stdin data and EOF.\n',
        ),
      );
      // the answer comes after the client has ended its side
      socket.on('end', () => socket.end('{"result":"Job Started","unitid":"u1"}\n'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `tls://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
  });

  it('refuses a certificate it can not verify, or of another name', async () => {
    await expect(ControlClient.connect(address)).rejects.toMatchObject({ code: 'connect-failed' });
    await expect(ControlClient.connect(address, { tls: { ca: cert } })).rejects.toMatchObject({
      code: 'connect-failed',
    });
  });

  it('D32: accepts any certificate when told to skip verification, and half-closes', async () => {
    const client = await ControlClient.connect(address, { tls: { insecureSkipVerify: true } });
    expect(await client.submit({ node: 'localhost', workType: 'x' }, 'stdin')).toEqual({
      unitId: 'u1',
      result: 'Job Started',
    });
  });
});
