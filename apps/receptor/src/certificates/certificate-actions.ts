import { initCa, makeRequest, signRequest } from '@receptorjs/certificates';
import type { Action, ActionName, Fields } from '@receptorjs/receptor-config';
import { readLine } from './read-line.js';

const STDIN = 0;

type CertificateAction = Extract<ActionName, `cert-${string}`>;

/** How each action makes its certificate or request. */
const makers: { readonly [N in CertificateAction]: (fields: Fields<N>) => Promise<unknown> } = {
  'cert-init': (fields) =>
    initCa({
      commonName: fields.commonname,
      bits: fields.bits,
      outCert: fields.outcert,
      outKey: fields.outkey,
      ...validityOf(fields),
    }),
  'cert-makereq': (fields) =>
    makeRequest({
      commonName: fields.commonname,
      bits: fields.bits,
      dnsName: fields.dnsname,
      ipAddress: fields.ipaddress,
      nodeId: fields.nodeid,
      outReq: fields.outreq,
      inKey: fields.inkey,
      outKey: fields.outkey,
    }),
  'cert-signreq': (fields) =>
    signRequest(
      {
        req: fields.req,
        caCert: fields.cacert,
        caKey: fields.cakey,
        outCert: fields.outcert,
        verify: fields.verify,
        ...validityOf(fields),
      },
      { show, ask },
    ),
};

/**
 * Carries out the actions that make certificates, in their order.
 *
 * @throws {CertificateError}
 */
export async function makeCertificates(actions: readonly Action[]): Promise<void> {
  for (const { action, fields } of actions) {
    // the table pairs each name with the fields of its action
    const make = (makers as Partial<Record<ActionName, Make>>)[action];
    await make?.(fields);
  }
}

type Make = (fields: Action['fields']) => Promise<unknown>;

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
