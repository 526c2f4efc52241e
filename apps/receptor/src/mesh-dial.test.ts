import { PassThrough, type Duplex } from 'node:stream';
import { StreamError, type MeshStream } from '@receptorjs/netceptor-streams';
import { configure, type Action } from '@receptorjs/receptor-config';
import { afterEach, describe, expect, it } from 'vitest';
import { lineLog } from './log/log.js';
import { meshDial } from './mesh-dial.js';
import { TlsConfigs } from './tls-configs.js';

const stream = new PassThrough() as Duplex as MeshStream;

describe('streams that the daemon opens', () => {
  const opened: TlsConfigs[] = [];
  afterEach(() => {
    for (const tls of opened.splice(0)) tls.close();
  });

  /** A dial to `far`, whose control service wants TLS, and the names of the configurations it was tried with. */
  async function dialer(
    clients: readonly string[],
    { advertised = true, defaultName }: { advertised?: boolean; defaultName?: string } = {},
  ) {
    const log = lineLog('error', () => undefined);
    const tls = new TlsConfigs('near', log, defaultName);
    opened.push(tls);
    tls.swap(await tls.prepare([], actions(clients)));
    const dialed: (string | undefined)[] = [];
    const dial = meshDial({
      node: {
        resolve: (id) => id,
        advertisementOf: (nodeId, service) =>
          advertised && nodeId === 'far' && service === 'control'
            ? { connectionType: 2 }
            : undefined,
      },
      streams: {
        dial: (_nodeId, _service, { tls: client }) => {
          dialed.push(client && clients.find((each) => tls.client(each) === client));
          return client === undefined
            ? Promise.reject(
                new StreamError(
                  'handshake-failed',
                  'CRYPTO_ERROR 0x12a (local): insecure connection to secure service',
                ),
              )
            : Promise.resolve(stream);
        },
      },
      tls,
    });
    return { dial, dialed };
  }

  it('have the TLS that is named', async () => {
    const { dial, dialed } = await dialer(['a', 'b']);
    expect(await dial('far', 'control', { tlsClient: 'b' })).toBe(stream);
    expect(dialed).toEqual(['b']);
    await expect(dial('far', 'control', { tlsClient: 'c' })).rejects.toThrow(
      'unknown TLS config c',
    );
  });

  it('have the only tls-client there is, and the one the node names', async () => {
    const one = await dialer(['a']);
    await one.dial('far', 'control');
    expect(one.dialed).toEqual(['a']);
    const named = await dialer(['a', 'b'], { defaultName: 'b' });
    await named.dial('far', 'control');
    expect(named.dialed).toEqual(['b']);
  });

  it('find out what a service wants that is not advertised yet', async () => {
    const { dial, dialed } = await dialer(['a'], { advertised: false });
    await dial('far', 'control');
    expect(dialed).toEqual([undefined, 'a']);
  });

  it.each([
    [['a', 'b'], 'control of far wants TLS: try --tls-client a or b'],
    [['default'], undefined],
    [[], 'control of far wants TLS, and this node has no tls-client'],
  ])('say what helps where there is no default: %j', async (clients, remedy) => {
    const { dial } = await dialer(clients);
    const dialed = dial('far', 'control');
    if (remedy === undefined) expect(await dialed).toBe(stream);
    else
      await expect(dialed).rejects.toMatchObject({
        code: 'handshake-failed',
        message: `CRYPTO_ERROR 0x12a (local): insecure connection to secure service (${remedy})`,
      });
  });
});

function actions(clients: readonly string[]): readonly Action[] {
  const words = clients.flatMap((name) => ['--tls-client', `name=${name}`, 'cert=', 'key=']);
  const configuration = configure(['--node', 'id=near', ...words]);
  return configuration.help ? [] : configuration.actions;
}
