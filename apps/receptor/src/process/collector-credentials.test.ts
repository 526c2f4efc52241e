import { execFileSync } from 'node:child_process';
import { afterEach, expect, it, vi } from 'vitest';
import { takeCollectorCredentials } from './collector-credentials.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

const secrets = {
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer x',
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-key=y',
  OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'x-key=z',
  OTEL_EXPORTER_OTLP_CLIENT_KEY: '/etc/otel/key.pem',
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: '/etc/otel/traces.pem',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'https://me:x@collector:4318',
};
const others = {
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector:4318/v1/traces',
  OTEL_EXPORTER_OTLP_CERTIFICATE: '/etc/otel/ca.pem',
  OTEL_SERVICE_NAME: 'mesh',
};

it('leaves commands of the process nothing that authorizes at a collector', () => {
  for (const [name, value] of Object.entries({ ...secrets, ...others })) vi.stubEnv(name, value);
  expect(takeCollectorCredentials(process.env)).toEqual(secrets);
  const inherited = execFileSync('/usr/bin/env', { encoding: 'utf8' });
  const names = inherited.split('\n').map((line) => line.split('=')[0] ?? '');
  expect(names.filter((name) => name.startsWith('OTEL_')).sort()).toEqual(
    Object.keys(others).sort(),
  );
});

it('takes nothing where nothing is', () => {
  const environment = { ...others, PATH: '/bin' };
  expect(takeCollectorCredentials(environment)).toEqual({});
  expect(environment).toEqual({ ...others, PATH: '/bin' });
});
