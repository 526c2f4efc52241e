import type { PartStarters } from './part.js';

/** Types of work. */
export const workParts: PartStarters = {
  'work-command': (fields, { work }) => {
    const { worktype, command, params, allowruntimeparams } = fields;
    work.registerCommand({
      workType: worktype,
      command,
      params,
      allowRuntimeParams: allowruntimeparams,
    });
    return Promise.resolve({ close: () => work.removeCommand(worktype) });
  },
};
