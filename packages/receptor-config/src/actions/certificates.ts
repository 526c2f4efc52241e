import { flag, integer, text } from '../fields/fields.js';
import { list } from '../fields/structured-fields.js';
import { timestamp } from '../fields/time-fields.js';
import { action } from './spec.js';

const keyBits = { min: 0, max: 16_384 };
const commonname = text({ help: 'Common name of the certificate', required: true });
const dates = {
  notbefore: timestamp({ help: 'Start of validity; now when not given' }),
  notafter: timestamp({ help: 'End of validity' }),
};

/** Making certificates; each stands alone and ends the process. */
export const certificateActions = {
  'cert-init': action({
    help: 'Make a certificate authority',
    reload: 'fixed',
    v2: 'cert-init',
    v2Single: true,
    exclusive: true,
    subject: ({ commonname }) => commonname,
    fields: {
      commonname,
      bits: integer({ help: 'Bits of the key; 0 for 2048', required: true }, keyBits),
      ...dates,
      outcert: text({ help: 'File to write the certificate to', required: true }),
      outkey: text({ help: 'File to write the private key to', required: true }),
    },
  }),
  'cert-makereq': action({
    help: 'Make a request for a certificate',
    reload: 'fixed',
    v2: 'cert-makereqs',
    exclusive: true,
    subject: ({ commonname }) => commonname,
    fields: {
      commonname,
      bits: integer({ help: 'Bits of the key to make' }, keyBits),
      dnsname: list({ help: 'DNS names of the certificate' }),
      ipaddress: list({ help: 'IP addresses of the certificate' }),
      nodeid: list({ help: 'Node IDs of the certificate' }),
      outreq: text({ help: 'File to write the request to', required: true }),
      inkey: text({ help: 'File of an existing private key' }),
      outkey: text({ help: 'File to write a new private key to' }),
    },
    check: ({ inkey, outkey, bits }) => {
      const hint = 'inkey alone, or outkey and bits';
      if (!inkey && !outkey) return { why: 'must provide either InKey or OutKey', hint };
      if (inkey && outkey) {
        return { why: 'cannot use both InKey and OutKey', hint, field: 'outkey' };
      }
      if (inkey && bits) {
        return {
          why: 'cannot specify key bits when reading an already-existing key',
          hint,
          field: 'bits',
        };
      }
      if (outkey && !bits) {
        return { why: 'must specify key bits when creating a new key', hint };
      }
      return undefined;
    },
  }),
  'cert-signreq': action({
    help: 'Sign a request with a certificate authority',
    reload: 'fixed',
    v2: 'cert-signreqs',
    exclusive: true,
    subject: ({ req }) => req,
    fields: {
      req: text({ help: 'File of the request, PEM', required: true }),
      cacert: text({ help: 'File of the certificate of the authority, PEM', required: true }),
      cakey: text({ help: 'File of the private key of the authority, PEM', required: true }),
      ...dates,
      outcert: text({ help: 'File to write the certificate to', required: true }),
      verify: flag({ help: 'Sign without asking', fallback: false }),
    },
  }),
} as const;
