import { expect, it } from 'vitest';
import { configurationSchema } from './schema.js';

it('the published schema is that of the table (pnpm run schema writes it)', async () => {
  const text = `${JSON.stringify(configurationSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../schema/receptor.schema.json');
});
