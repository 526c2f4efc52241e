import { WorkError } from './errors.js';
import type { WorkType } from './work-type.js';

/** The work types of a node by name: those it runs, and those that it refuses with a reason. It alone writes its maps. */
export class WorkTypes {
  readonly #builtIn: ReadonlyMap<string, WorkType>;
  readonly #registered = new Map<string, WorkType>();
  readonly #refusals = new Map<string, string>();

  /** @param builtIn types that have units but can't be submitted by their names; their names are taken */
  constructor(...builtIn: readonly WorkType[]) {
    this.#builtIn = new Map(builtIn.map((type) => [type.workType, type]));
  }

  /** @throws {WorkError} `rejected` when the name is taken */
  add(type: WorkType): void {
    this.#checkFree(type.workType);
    this.#registered.set(type.workType, type);
  }

  /** @throws {WorkError} `rejected` when the name is taken */
  refuse(workType: string, reason: string): void {
    this.#checkFree(workType);
    this.#refusals.set(workType, reason);
  }

  /** Forgets a type that was added or refused. */
  remove(workType: string): void {
    this.#registered.delete(workType);
    this.#refusals.delete(workType);
  }

  /** The type that is submitted to this node by that name. */
  registered(workType: string): WorkType | undefined {
    return this.#registered.get(workType);
  }

  /** The type of units of that name. */
  ofUnits(workType: string): WorkType | undefined {
    return this.#registered.get(workType) ?? this.#builtIn.get(workType);
  }

  /** Why nothing of that type is run, when it is a refused one. */
  refusal(workType: string): string | undefined {
    return this.#refusals.get(workType);
  }

  /**
   * Whether a submission of that type from elsewhere must be signed.
   *
   * @param asSubmitted what the submission says
   */
  verifiesSubmission(workType: string, asSubmitted: boolean): boolean {
    const verify = this.ofUnits(workType)?.verifySignature ?? false;
    return verify === 'as-submitted' ? asSubmitted : verify;
  }

  /**
   * Whether requests from elsewhere about a unit of that type must be signed: those about refused types, too.
   *
   * @param asSubmitted what the unit says
   */
  verifiesUnit(workType: string, asSubmitted: boolean): boolean {
    return this.#refusals.has(workType) || this.verifiesSubmission(workType, asSubmitted);
  }

  /** Whether units of that type are of a type there is, or of one that is refused. */
  knows(workType: string): boolean {
    return this.#refusals.has(workType) || this.ofUnits(workType) !== undefined;
  }

  /** Those that are run, for the advertisement of the control service. */
  offered(): { workType: string; secure: boolean }[] {
    return [...this.#registered.values()].map(({ workType, verifySignature }) => ({
      workType,
      secure: verifySignature === true,
    }));
  }

  #checkFree(workType: string): void {
    if ([this.#builtIn, this.#registered, this.#refusals].some((names) => names.has(workType))) {
      throw new WorkError('rejected', `work type ${workType} already registered`);
    }
  }
}
