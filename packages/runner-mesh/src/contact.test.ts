import { expect, it } from 'vitest';
import { Contact } from './contact.js';
import { wayTo } from './test-way.js';

const nobody = wayTo(
  () => undefined,
  () => false,
);
const never = new AbortController().signal;
const ask = (contact: Contact) => contact.converse(never, (client) => client.nodeId());

it('gives up when the node did not answer in time, and says what stood in the way', async () => {
  const contact = new Contact('far', nobody, { firstMs: 1, lostMs: 60_000 });
  await expect(ask(contact)).rejects.toMatchObject({
    code: 'peer-timeout',
    message: 'Timed out waiting for peer far: nobody is there',
  });
});

it('does not wait, nor says that it did, where another attempt would end alike', async () => {
  const way = { ...nobody, isFinal: () => true };
  const contact = new Contact('far', way, { firstMs: 60_000, lostMs: 60_000 });
  await expect(ask(contact)).rejects.toMatchObject({
    code: 'peer-timeout',
    message: "The control service of far can't be used: nobody is there",
  });
});
