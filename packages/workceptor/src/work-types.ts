import { WorkError } from './errors.js';

/** A work type that runs a command of this machine. */
export interface CommandType {
  /** Name of the type; `remote` is taken. */
  readonly workType: string;
  /** Program to run, looked up in PATH when it has no slash. */
  readonly command: string;
  /** Arguments, split by the quoting rules of a shell. */
  readonly params?: string | undefined;
  /** Whether a submission may add arguments. Default false. */
  readonly allowRuntimeParams?: boolean | undefined;
  /** Whether submissions from TCP and the mesh must be signed. Default false. */
  readonly verifySignature?: boolean | undefined;
}

/** The work types of a node by name: those it runs, and those that it refuses with a reason. It alone writes its maps. */
export class WorkTypes {
  readonly #commands = new Map<string, CommandType>();
  readonly #refusals = new Map<string, string>();

  /** @throws WorkError `rejected` when the name is taken */
  add(type: CommandType): void {
    this.#checkFree(type.workType);
    this.#commands.set(type.workType, type);
  }

  /** @throws WorkError `rejected` when the name is taken */
  refuse(workType: string, reason: string): void {
    this.#checkFree(workType);
    this.#refusals.set(workType, reason);
  }

  /** Forgets a type of either kind. */
  remove(workType: string): void {
    this.#commands.delete(workType);
    this.#refusals.delete(workType);
  }

  /** The type of that name, when it is one that is run. */
  command(workType: string): CommandType | undefined {
    return this.#commands.get(workType);
  }

  /** Why nothing of that type is run, when it is a refused one. */
  refusal(workType: string): string | undefined {
    return this.#refusals.get(workType);
  }

  /** Whether requests about that type from elsewhere must be signed: those about refused types, too. */
  verifies(workType: string): boolean {
    return this.#refusals.has(workType) || this.command(workType)?.verifySignature === true;
  }

  /** Those that are run, for the advertisement of the control service. */
  offered(): { workType: string; secure: boolean }[] {
    return [...this.#commands.values()].map(({ workType, verifySignature }) => ({
      workType,
      secure: verifySignature === true,
    }));
  }

  #checkFree(workType: string): void {
    if (workType === 'remote' || this.#commands.has(workType) || this.#refusals.has(workType)) {
      throw new WorkError('rejected', `work type ${workType} already registered`);
    }
  }
}
