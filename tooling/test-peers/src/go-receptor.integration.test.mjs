import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { GoReceptor, goReceptor, skipsWithoutGo } from './go-receptor.mjs';

const withoutGo = skipsWithoutGo();

it.skipIf(withoutGo)(
  `starts a Go receptor, asks it and ends it ${goReceptor.missing}`,
  async () => {
    const go = await GoReceptor.start('go', [{ 'local-only': {} }], {
      environment: { TZ: 'UTC' },
    });
    expect(go.log).toContain('Initialization complete');
    expect(JSON.parse(await go.command('status'))).toMatchObject({ NodeID: 'go' });
    expect(existsSync(go.socket)).toBe(true);
    await go.stop('SIGTERM');
    expect(existsSync(go.socket)).toBe(false);
    await expect(go.logged(/never/)).rejects.toThrow(
      /^receptor ended:\n[^]*Initialization complete/,
    );
  },
);

it.skipIf(withoutGo)(`says why one did not start ${goReceptor.missing}`, async () => {
  await expect(GoReceptor.start('go', [{ 'tcp-pear': {} }])).rejects.toThrow(/tcp-pear/);
});
