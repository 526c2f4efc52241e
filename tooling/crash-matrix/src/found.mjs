/**
 * What a run can find: a unit or output that is gone, a job that ran twice, what never ends, processes and files that are left, a status that is not so,
 * and a point that the run never came to.
 *
 * @typedef {'lost' | 'doubled' | 'stuck' | 'orphans' | 'leaked' | 'untrue' | 'not reached'} Fault
 */

/** All of them, in the order of the table. @type {readonly Fault[]} */
export const faults = ['lost', 'doubled', 'stuck', 'orphans', 'leaked', 'untrue', 'not reached'];

/** A fault that a run has found. */
export class Found extends Error {
  /** @param {Fault} fault @param {string} text */
  constructor(fault, text) {
    super(text);
    this.fault = fault;
  }
}
