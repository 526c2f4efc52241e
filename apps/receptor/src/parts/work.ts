import { commandWorkType } from '@receptorjs/workceptor';
import { unknownKind, unverifiable } from '../checks/unsupported.js';
import type { Part, PartContext, PartStarters } from './part.js';

/** Types of work. */
export const workParts: PartStarters = {
  'work-command': (fields, { work }) => {
    if (fields.verifysignature)
      return refused(fields.worktype, unverifiable(fields.worktype), work);
    const { worktype, command, params, allowruntimeparams } = fields;
    work.registerWorkType(
      commandWorkType({
        workType: worktype,
        command,
        params,
        allowRuntimeParams: allowruntimeparams,
      }),
    );
    return Promise.resolve({ close: () => work.removeType(worktype) });
  },
  'work-kubernetes': ({ worktype }, { work }) =>
    refused(worktype, unknownKind('work-kubernetes', worktype), work),
  'work-python': ({ worktype }, { work }) =>
    refused(worktype, unknownKind('work-python', worktype), work),
};

/** A type of work whose submissions are refused. */
function refused(worktype: string, reason: string, work: PartContext['work']): Promise<Part> {
  work.refuseType(worktype, reason);
  return Promise.resolve({ close: () => work.removeType(worktype) });
}
