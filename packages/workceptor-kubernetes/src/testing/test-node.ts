import type { UnitStatus } from '@receptorjs/control-protocol';
import { silentLogger } from '@receptorjs/primitives';
import { Workceptor } from '@receptorjs/workceptor';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { kubernetesWorkTypes } from '../kubernetes-work-type.js';
import type { KubernetesType } from '../kubernetes-type.js';

const local = { transport: 'unix' } as const;
/** Milliseconds after which a test has waited in vain. */
const PATIENCE_MS = 25_000;

/** A node whose units are pods, with what an earlier one of it has left. */
export class TestNode {
  readonly folder = mkdtempSync(join(tmpdir(), 'kube-node-'));
  /** Warnings and errors. */
  readonly log: string[] = [];
  #work: Workceptor | undefined;

  get work(): Workceptor {
    if (!this.#work) throw new Error('the node does not run');
    return this.#work;
  }

  async start(type: Partial<KubernetesType> = {}): Promise<void> {
    const log = {
      ...silentLogger,
      warning: (line: string) => this.log.push(line),
      error: (line: string) => this.log.push(line),
    };
    const work = new Workceptor({ nodeId: 'near', dataDir: join(this.folder, 'data'), log });
    const podType = kubernetesWorkTypes({ nodeId: 'near', log });
    work.registerWorkType(
      podType({
        workType: 'pod',
        authMethod: 'runtime',
        image: 'img',
        allowRuntimeAuth: true,
        allowRuntimeParams: true,
        allowRuntimeCommand: true,
        allowRuntimePod: true,
        ...type,
      }),
    );
    this.#work = work;
    await work.start();
  }

  async stop(): Promise<void> {
    const work = this.#work;
    this.#work = undefined;
    await work?.close();
    // the next one is another process as a rule, and no file is open in two
    while (this.#hasOpenFiles()) await wait(2);
  }

  #hasOpenFiles(): boolean {
    return readdirSync('/proc/self/fd').some((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(this.folder);
      } catch {
        return false;
      }
    });
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async submit(params: Record<string, string>, stdin: string | Buffer = ''): Promise<string> {
    const submission = { node: 'near', workType: 'pod', params, signWork: false };
    const submitted = await this.work.submit(submission, local);
    await submitted.start(Readable.from(stdin.length === 0 ? [] : [Buffer.from(stdin)]));
    return submitted.unitId;
  }

  /** The status once it is as wanted. */
  async reaches(unitId: string, wanted: (status: UnitStatus) => boolean): Promise<UnitStatus> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    for await (const status of await this.work.watch(unitId, signal)) {
      if (wanted(status)) return status;
    }
    throw new Error(`unit ended otherwise: ${(await this.work.status(unitId)).detail}`);
  }

  ended(unitId: string): Promise<UnitStatus> {
    return this.reaches(unitId, ({ state }) => state >= 2);
  }

  async output(unitId: string): Promise<Buffer> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const pieces: Buffer[] = [];
    for await (const piece of await this.work.results(unitId, 0n, { ...local, signal })) {
      // its memory is used again
      pieces.push(Buffer.from(piece));
    }
    return Buffer.concat(pieces);
  }

  path(unitId: string, file: string): string {
    return join(this.folder, 'data', 'near', unitId, file);
  }

  statusFile(unitId: string): string {
    return readFileSync(this.path(unitId, 'status'), 'utf8');
  }
}
