import { installNode, majors } from '@receptorjs/tooling-bootstrap/nodes.mjs';
import { expect, it } from 'vitest';
import { runShortForm } from './run-short-form.mjs';

const running = Number(process.versions.node.split('.')[0]);

it.for(majors)(
  'the QUIC engine works on Node %i',
  { timeout: 180_000 },
  async (major, { skip }) => {
    const result = await runShortForm(async () => [
      major === running ? process.execPath : await installNode(major),
    ]);
    if ('missing' in result) return skip(result.missing);
    expect(result).toMatchObject({ code: 0 });
  },
);
