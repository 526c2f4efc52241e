import { runLoginProgram, type LoginProgram, type ProgramCredential } from './login-program.js';

/** Milliseconds until a program whose credential was refused is run again, and one that has failed: each request would run it otherwise. */
const REFUSED_MS = 5_000;
const FAILED_MS = 1_000;

/** A program that was run, or is. Written by {@link ProgramCredentials} only. */
interface Run {
  readonly program: string;
  readonly answer: Promise<ProgramCredential>;
  /** What it has given; nothing while it runs, and when it has failed. */
  credential?: ProgramCredential;
  /** When it has ended; nothing while it runs. */
  endedAt?: number;
  isRefused: boolean;
}

/** What the program of one login has given, which is run once at a time, whoever asks. It alone writes its fields. */
export class ProgramCredentials {
  #run: Run | undefined;

  /**
   * @param now milliseconds of a clock that is never set
   * @param execute runs a program
   */
  constructor(
    private readonly now: () => number,
    private readonly execute: (program: LoginProgram) => Promise<ProgramCredential> = (program) =>
      runLoginProgram(program),
  ) {}

  /**
   * What a program has given, or gives now: where it has expired, or was refused a while ago.
   *
   * @throws {KubernetesError} `bad-config`
   */
  of(program: LoginProgram): Promise<ProgramCredential> {
    const which = JSON.stringify(program);
    if (this.#run?.program === which && this.#isOfUse(this.#run)) return this.#run.answer;
    const answer = this.execute(program);
    const run: Run = { program: which, answer, isRefused: false };
    this.#run = run;
    answer.then(
      (credential) => {
        run.credential = credential;
        run.endedAt = this.now();
      },
      () => {
        run.endedAt = this.now();
      },
    );
    return answer;
  }

  /** The API server has refused what was given last. */
  refuse(): void {
    // what runs now is newer than that
    if (this.#run?.credential) this.#run.isRefused = true;
  }

  #isOfUse({ credential, endedAt, isRefused }: Run): boolean {
    if (endedAt === undefined) return true;
    const age = this.now() - endedAt;
    if (credential === undefined) return age < FAILED_MS;
    return credential.until > Date.now() && (!isRefused || age < REFUSED_MS);
  }
}
