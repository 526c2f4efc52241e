import { checkEventPlugin } from '@receptorjs/runner-events/testing';
import { describe, it } from 'vitest';
import { curveKeyPair } from 'zeromq';
import zmqPlugin from './index.js';
import { startPull } from './test-pull.js';

const shared = {
  plugin: zmqPlugin,
  prefix: 'runner_socket',
  unusable: [
    { runner_socket_url: 'tcp://*:5555' },
    { runner_socket_url: 'tcp://127.0.0.1' },
    { runner_socket_url: 'inproc://x' },
    { runner_socket_server_key: 'short' },
    { runner_socket_spool_bytes: 'much' },
  ],
};

checkEventPlugin(
  { describe, it },
  {
    ...shared,
    settings: (port) => ({ runner_socket_url: `tcp://127.0.0.1:${port}` }),
    receiver: (taken) => startPull(taken),
  },
);

describe('with CURVE', () => {
  const server = curveKeyPair();
  const client = curveKeyPair();
  checkEventPlugin(
    { describe, it },
    {
      ...shared,
      settings: (port) => ({
        runner_socket_url: `tcp://127.0.0.1:${port}`,
        runner_socket_server_key: server.publicKey,
        runner_socket_public_key: client.publicKey,
        runner_socket_secret_key: client.secretKey,
      }),
      receiver: (taken) =>
        startPull(taken, { curveServer: true, curveSecretKey: server.secretKey }),
      secrets: [client.secretKey],
    },
  );
});
