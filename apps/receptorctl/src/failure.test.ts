import { expect, it } from 'vitest';
import { withRemedy } from './failure.js';

const refused = 'CRYPTO_ERROR 0x12a (local): insecure connection to secure service';

it('says what helps against a stream without TLS to a service with it', () => {
  expect(withRemedy(refused)).toBe(
    `${refused} (it wants TLS: try --tls-client NAME, a tls-client of the node spoken to)`,
  );
});

it('leaves it at what the node has said', () => {
  const said = `${refused} (control of far wants TLS: try --tls-client a)`;
  expect(withRemedy(said)).toBe(said);
  expect(withRemedy('no route to node')).toBe('no route to node');
});
