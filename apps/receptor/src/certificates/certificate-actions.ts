import { initCa, makeRequest, signRequest } from '@receptorjs/certificates';
import type { Action } from '@receptorjs/receptor-config';
import { readLine } from './read-line.js';

const STDIN = 0;

/**
 * Carries out the actions that make certificates, in their order.
 *
 * @throws {CertificateError}
 */
export async function makeCertificates(actions: readonly Action[]): Promise<void> {
  for (const action of actions) {
    switch (action.action) {
      case 'cert-init': {
        const { commonname, bits, outcert, outkey } = action.fields;
        await initCa({
          commonName: commonname,
          bits,
          outCert: outcert,
          outKey: outkey,
          ...validityOf(action.fields),
        });
        break;
      }
      case 'cert-makereq': {
        const { commonname, bits, dnsname, ipaddress, nodeid, outreq, inkey, outkey } =
          action.fields;
        await makeRequest({
          commonName: commonname,
          bits,
          dnsName: dnsname,
          ipAddress: ipaddress,
          nodeId: nodeid,
          outReq: outreq,
          inKey: inkey,
          outKey: outkey,
        });
        break;
      }
      case 'cert-signreq': {
        const { req, cacert, cakey, outcert, verify } = action.fields;
        const options = { req, caCert: cacert, caKey: cakey, outCert: outcert, verify };
        await signRequest({ ...options, ...validityOf(action.fields) }, { show, ask });
        break;
      }
      default:
    }
  }
}

function validityOf(fields: {
  readonly notbefore?: Date | undefined;
  readonly notafter?: Date | undefined;
}) {
  return {
    notBefore: fields.notbefore?.toISOString(),
    notAfter: fields.notafter?.toISOString(),
  };
}

function show(text: string): void {
  process.stdout.write(text);
}

/** Asks on stdout and takes the answer from stdin, of which the end is an empty answer. */
async function ask(question: string): Promise<string> {
  show(question);
  return readLine(STDIN);
}
