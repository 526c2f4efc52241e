import { expect, it } from 'vitest';
import { certificateFindings, shownCertificate } from './certificate.js';

const certificate = {
  subject: 'CN=far',
  issuer: 'CN=ca',
  nodeIds: ['far'],
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2027-01-01T00:00:00Z'),
};
const at = (date: string): number => Date.parse(date);

it('gives names and dates', () => {
  expect(
    certificateFindings(certificate, { target: 'far', now: at('2026-06-01'), trusted: true }),
  ).toEqual([
    {
      subject: 'Certificate',
      state: 'ok',
      text: 'names far, valid 2026-01-01 to 2027-01-01, subject CN=far, issued by CN=ca',
    },
  ]);
});

it.each([
  ['other', '2026-06-01', ['warning']],
  ['far', '2026-12-31T12:00:00Z', ['ok', 'warning']],
  ['far', '2027-01-02', ['ok', 'failed']],
  ['far', '2025-12-31', ['ok', 'failed']],
])('verifies it for %s on %s', (target, now, states) => {
  expect(
    certificateFindings(certificate, { target, now: at(now), trusted: true }).map(
      ({ state }) => state,
    ),
  ).toEqual(states);
});

it('does not call well what was not trusted', () => {
  const question = { target: 'far', now: at('2026-06-01'), trusted: false };
  const [finding] = certificateFindings(certificate, question);
  expect(finding?.state).toBe('warning');
  expect(finding?.text).toMatch(/issued by CN=ca; the stream it was shown for did not come about$/);
  const [other] = certificateFindings(certificate, { ...question, target: 'b', trusted: true });
  expect(other?.text).toMatch(/issued by CN=ca; it does not name b$/);
});

it('takes what is no certificate for none', async () => {
  expect(await shownCertificate([Buffer.from('no')])).toBeUndefined();
  expect(await shownCertificate([])).toBeUndefined();
  expect(certificateFindings(undefined, { target: 'far', now: 0, trusted: false })).toEqual([]);
});
