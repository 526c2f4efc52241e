import { flag, text } from '../fields/fields.js';
import { list } from '../fields/structured-fields.js';
import { action } from './spec.js';
import type { Conflict } from './spec.js';

const checks = {
  skipreceptornamescheck: flag({
    help: 'Do not look for the node ID in the own certificate at start',
    fallback: false,
  }),
  mintls13: flag({ help: 'Refuse TLS 1.2', fallback: false }),
};

/** SHA-256 or SHA-512 of a certificate in hex digits, with or without colons between the bytes. */
function fingerprints(field: string, given: readonly string[] | undefined): Conflict | undefined {
  for (const fingerprint of given ?? []) {
    const digits = fingerprint.replaceAll(':', '');
    const hint = 'hex digits of a sha256 or sha512 sum';
    if (!/^(?:[0-9a-f]{2})*$/i.test(digits)) {
      return { why: 'error decoding fingerprints: error decoding fingerprint', hint, field };
    }
    if (digits.length !== 64 && digits.length !== 128) {
      return {
        why: 'error decoding fingerprints: fingerprints must be 32 or 64 bytes for sha256 or sha512',
        hint,
        field,
      };
    }
  }
  return undefined;
}

/** Named TLS configurations that other actions use. */
export const tlsActions = {
  'tls-server': action({
    help: 'TLS for the side that accepts connections',
    reload: 'reopened',
    v2: 'tls-servers',
    subject: ({ name }) => name,
    fields: {
      name: text({ help: 'Name by which other actions use it', required: true }),
      cert: text({ help: 'File of the certificate, PEM', required: true }),
      key: text({ help: 'File of its private key, PEM', required: true }),
      requireclientcert: flag({ help: 'Clients must show a certificate', fallback: false }),
      clientcas: text({ help: 'File of the CAs that clients are checked against, PEM' }),
      pinnedclientcert: list({ help: 'Fingerprints of the certificates clients may show' }),
      ...checks,
    },
    check: ({ pinnedclientcert }) => {
      const conflict = fingerprints('pinnedclientcert', pinnedclientcert);
      return conflict && { ...conflict, why: `error preparing tls server config: ${conflict.why}` };
    },
  }),
  'tls-client': action({
    help: 'TLS for the side that connects',
    reload: 'reopened',
    v2: 'tls-clients',
    subject: ({ name }) => name,
    fields: {
      name: text({ help: 'Name by which other actions use it', required: true }),
      cert: text({
        help: 'File of the certificate, PEM; empty for none',
        required: true,
        mayBeEmpty: true,
      }),
      key: text({
        help: 'File of its private key, PEM; empty for none',
        required: true,
        mayBeEmpty: true,
      }),
      rootcas: text({ help: 'File of the CAs that servers are checked against, PEM' }),
      insecureskipverify: flag({ help: 'Accept any certificate', fallback: false }),
      pinnedservercert: list({ help: 'Fingerprints of the certificates servers may show' }),
      ...checks,
    },
    check: ({ cert, key, pinnedservercert }) => {
      const conflict: Conflict | undefined =
        (cert === '') === (key === '')
          ? fingerprints('pinnedservercert', pinnedservercert)
          : {
              why: 'cert and key must both be supplied or neither',
              hint: 'two files, or two empty texts',
              field: cert === '' ? 'cert' : 'key',
            };
      return conflict && { ...conflict, why: `error preparing tls client config: ${conflict.why}` };
    },
  }),
} as const;
