import { checkEventPlugin } from '@receptorjs/runner-events/testing';
import { describe, it } from 'vitest';
import httpPlugin from './index.js';
import { startServer } from './test-server.js';

checkEventPlugin(
  { describe, it },
  {
    plugin: httpPlugin,
    prefix: 'runner_http',
    settings: (port) => ({
      runner_http_url: `http://user:hunter2@127.0.0.1:${port}/events?token=canary`,
      runner_http_headers: { 'X-Secreto': 'beefdead' },
    }),
    receiver: (taken) => startServer({ onPost: ({ id, body }) => taken({ id, body }) }),
    unusable: [
      { runner_http_url: 'ftp://x/' },
      { runner_http_url: 'http://' },
      { runner_http_headers: ['a'] },
      { runner_http_headers: { 'a b': 'c' } },
      { runner_http_headers: { 'Content-Length': '3' } },
      { runner_http_path: 'x y' },
      { runner_http_ca_file: '/nonexistent/ca.pem' },
      { runner_http_timeout_seconds: -1 },
    ],
    secrets: ['hunter2', 'canary', 'beefdead'],
  },
);
