import type { WorkSubmission } from '@receptorjs/control-protocol';
import type { WorkSignatures } from './signing/work-signatures.js';
import type { Unit } from './unit.js';
import type { WorkTypes } from './work-types.js';
import type { Access } from './work-verbs.js';

/** Whether a request may do what it asks for: by its signature, where the type of its work wants one. */
export class AccessChecks {
  constructor(
    private readonly types: WorkTypes,
    private readonly signatures: WorkSignatures,
  ) {}

  /**
   * Checks the signature of a submission, and whether what is submitted to another node may be signed and can be.
   *
   * @param isHere whether this node runs it
   * @throws {WorkError} `rejected`
   */
  async ofSubmission(
    { workType, signWork }: WorkSubmission,
    isHere: boolean,
    access: Access,
  ): Promise<void> {
    const { signatures } = this;
    const verify = this.types.verifiesSubmission(workType, signWork);
    if (isHere || !signWork) return signatures.check(verify, access);
    if (access.transport === 'unix') await signatures.check(verify, access);
    else await signatures.checkMaySign(access);
    await signatures.checkCanSign();
  }

  /**
   * Checks the signature of a request about a unit.
   *
   * @throws {WorkError} `rejected`
   */
  ofUnit({ record, signed = false }: Unit, access: Access): Promise<void> {
    const { workType } = record.status;
    // a type that is gone may have been one whose requests must be signed
    const verify =
      this.types.verifiesUnit(workType, signed) ||
      (this.signatures.verifies && !this.types.knows(workType));
    return this.signatures.check(verify, access);
  }
}
