import { commandWorkType } from '@receptorjs/workceptor';
import { unknownKind } from '../checks/unsupported.js';
import { kubernetesPart } from './kubernetes.js';
import type { Part, PartContext, PartStarters } from './part.js';

/** What signs and verifies submissions, and types of work. */
export const workParts: PartStarters = {
  'work-signing': ({ privatekey = '', tokenexpiration }, { work: { signatures } }) => {
    if (privatekey !== '') {
      signatures.signWith({ privateKey: privatekey, tokenExpirationMs: tokenexpiration });
    }
    return Promise.resolve({
      close: () => {
        signatures.signWith(undefined);
      },
    });
  },
  'work-verification': ({ publickey = [] }, { work: { signatures } }) => {
    signatures.verifyWith(publickey.filter((file) => file !== ''));
    return Promise.resolve({
      close: () => {
        signatures.verifyWith([]);
      },
    });
  },
  'work-command': (fields, { work }) => {
    const { worktype, command, params, allowruntimeparams, verifysignature } = fields;
    const { maxrunning, maxqueued, maxstdout } = fields;
    work.registerWorkType(
      commandWorkType({
        workType: worktype,
        command,
        params,
        allowRuntimeParams: allowruntimeparams,
        verifySignature: verifysignature,
        maxRunning: maxrunning,
        maxQueued: maxqueued,
        maxStdoutBytes: maxstdout * 2 ** 20,
      }),
    );
    return Promise.resolve({ close: () => work.removeType(worktype) });
  },
  'work-kubernetes': kubernetesPart,
  'work-python': ({ worktype }, { work }) => refused(worktype, unknownKind(worktype), work),
};

/** A type of work whose submissions are refused. */
function refused(worktype: string, reason: string, work: PartContext['work']): Promise<Part> {
  work.refuseType(worktype, reason);
  return Promise.resolve({ close: () => work.removeType(worktype) });
}
