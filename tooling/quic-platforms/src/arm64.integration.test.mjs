import { installNode } from '@receptorjs/tooling-bootstrap/nodes.mjs';
import { expect, it } from 'vitest';
import { arm64Emulator } from './arm64.mjs';
import { runShortForm } from './run-short-form.mjs';

const MAJOR = 24;

it('the QUIC engine works on linux-arm64', { timeout: 400_000 }, async ({ skip }) => {
  const result = await runShortForm(async () => {
    const emulator = await arm64Emulator();
    return [...emulator, await installNode(MAJOR, 'arm64')];
  });
  if ('missing' in result) return skip(result.missing);
  expect(result).toMatchObject({ code: 0 });
  expect(result.output).toContain('linux arm64');
});
