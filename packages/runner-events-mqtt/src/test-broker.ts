import type { TakenMessage, TestReceiver } from '@receptorjs/runner-events/testing';
import { freePort } from '@receptorjs/tooling-test-peers';
import { Aedes } from 'aedes';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type IClientOptions } from 'mqtt';
import { mosquitto } from './test-mosquitto.js';

/** A broker written for Node; it speaks MQTT 3.1.1. */
export async function startAedes(): Promise<TestReceiver> {
  const broker = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    broker.handle(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await new Promise<void>((resolve) => broker.close(resolve));
    },
  };
}

/** The broker of Debian. `lines` are further lines of its configuration, given the folder of its files. */
export async function startMosquitto(
  lines: (folder: string) => Promise<readonly string[]> = () =>
    Promise.resolve(['allow_anonymous true']),
): Promise<TestReceiver> {
  const folder = await mkdtemp(join(tmpdir(), 'mosquitto-'));
  const port = await freePort();
  const config = [
    'per_listener_settings false',
    'max_queued_messages 0',
    'log_type all',
    'log_dest stderr',
    'user root',
    `listener ${port} 127.0.0.1`,
    ...(await lines(folder)),
  ];
  await writeFile(join(folder, 'mosquitto.conf'), config.map((line) => `${line}\n`).join(''));
  const child = spawn(mosquitto ?? '', ['-c', join(folder, 'mosquitto.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      if (/ running\n/.test(said)) resolve();
    });
    child.on('exit', () => reject(new Error(`mosquitto ended: ${said}`)));
  });
  return {
    port,
    close: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Gives what a subscriber of everything gets. */
export async function subscribe(
  broker: TestReceiver,
  taken: (message: TakenMessage & { readonly topic: string; readonly retain: boolean }) => void,
  options: IClientOptions = {},
): Promise<TestReceiver> {
  const client = await connectAsync({
    host: '127.0.0.1',
    port: broker.port,
    protocolVersion: 4,
    ...options,
  });
  client.on('message', (topic, payload, { properties, retain }) => {
    const id = properties?.userProperties?.id;
    taken({ topic, retain, body: payload.toString(), ...(typeof id === 'string' && { id }) });
  });
  await client.subscribeAsync('#', { qos: 1 });
  return {
    port: broker.port,
    close: async () => {
      await client.endAsync(true);
      await broker.close();
    },
  };
}
