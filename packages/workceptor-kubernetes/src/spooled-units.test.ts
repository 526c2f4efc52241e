import { stateName } from '@receptorjs/control-protocol';
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  rmdirSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiServer } from './testing/api-server.js';
import { TestNode } from './testing/test-node.js';

let server: ApiServer;
let node: TestNode;

beforeEach(async () => {
  server = await ApiServer.start();
  node = new TestNode();
  await node.start();
  server.onCreated = (pod) => {
    pod.runForReal();
  };
});
afterEach(async () => {
  await node.remove();
  for (const { container } of server.pods.values()) container?.end();
  await server.down();
});

const sh = (script: string): Record<string, string> => ({
  secret_kube_config: server.kubeConfig,
  kube_command: 'sh',
  kube_params: `-c '${script}'`,
});
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const stdoutSize = (unitId: string): number =>
  statSync(node.path(unitId, 'stdout'), { throwIfNoEntry: false })?.size ?? 0;
const hasBytes = (unitId: string, bytes: number): Promise<boolean> =>
  vi.waitUntil(() => stdoutSize(unitId) >= bytes, { interval: 2, timeout: 20_000 });
const requests = (what: RegExp): string[] => server.requests.filter((line) => what.test(line));
/** Lines of numbers, some 12 MB of them. */
const numbers = 'i=0; while [ $i -lt 40 ]; do seq 100000 150000; i=$((i+1)); sleep 0.02; done';
const allNumbers = (): Buffer =>
  Buffer.from(
    Array.from({ length: 50_001 }, (_, i) => `${100_000 + i}\n`)
      .join('')
      .repeat(40),
  );

describe('the output of a pod with a spool', () => {
  it('is what the command wrote, by its digest there, and no log is read', async () => {
    const unitId = await node.submit(sh('cat; echo problem >&2'), 'some input');
    const status = await node.ended(unitId);
    expect([stateName(status.state), status.detail]).toEqual(['Succeeded', 'Finished']);
    expect((await node.output(unitId)).toString()).toBe('some input');
    expect(server.pod.object.status?.phase).toBe('Succeeded');
    expect(requests(/\/log\?/)).toEqual([]);
  });

  it('is all that is connected to once the worker has its stdin', async () => {
    const unitId = await node.submit(sh('cat; sleep 600'), 'some input');
    await hasBytes(unitId, 10);
    const { sockets } = server.pod;
    await vi.waitUntil(() => sockets.size === 1, { interval: 5, timeout: 20_000 });
    expect(await node.reaches(unitId, ({ state }) => state === 1)).toMatchObject({
      detail: 'Pod Running',
    });
  });

  it('comes with the exit status of the command', async () => {
    const unitId = await node.submit(sh('echo out; exit 7'));
    const status = await node.ended(unitId);
    expect(status.detail).toBe('container failed with exit code 7');
    expect((await node.output(unitId)).toString()).toBe('out\n');
  });

  it('is not its stderr, of which a failure shows the very last, however long its lines are', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `line ${i} ${'x'.repeat(300)}\n`);
    server.onCreated = (pod) => {
      for (const line of lines) pod.print(line);
      pod.runForReal();
    };
    const unitId = await node.submit(sh('exit 3'));
    const { report } = await node.ended(unitId);
    expect(report?.lastOutput).toMatch(/line 59 x+$/);
  });

  it('is not its stderr, whose last lines a failure shows also where nobody was attached to it', async () => {
    server.onCreated = (pod) => {
      pod.print('no room\n');
      pod.runForReal();
    };
    const unitId = await node.submit(sh('echo out; exit 3'));
    const { report } = await node.ended(unitId);
    expect([report?.errorCode, report?.lastOutput]).toEqual(['exit-status', 'no room']);
    expect((await node.output(unitId)).toString()).toBe('out\n');
  });

  it('is whole however often the connection is cut, or the API server is away', async () => {
    const unitId = await node.submit(sh(numbers));
    for (let bytes = 300_000; bytes < 9_000_000; bytes += 900_000) {
      await hasBytes(unitId, bytes);
      for (const socket of server.pod.sockets) socket.terminate();
    }
    await server.down();
    await server.up();
    const status = await node.ended(unitId);
    expect([stateName(status.state), status.detail]).toEqual(['Succeeded', 'Finished']);
    const output = await node.output(unitId);
    expect(output.length).toBe(allNumbers().length);
    expect(sha256(output)).toBe(sha256(allNumbers()));
    expect(requests(/\/exec\?/).length).toBeGreaterThan(3);
  });

  it('is acknowledged anew over each connection: the worker may wait for nothing else', async () => {
    const unitId = await node.submit(sh('echo some; read x; echo more; sleep 600'), '\n');
    await hasBytes(unitId, 10);
    const { container } = server.pod;
    expect(container?.acknowledged).toBe(0);
    for (const socket of server.pod.sockets) socket.terminate();
    await vi.waitUntil(() => container?.acknowledged === 10, { interval: 5, timeout: 20_000 });
  });

  it('that was acknowledged as a whole before its end was heard is complete', async () => {
    // as much as is acknowledged at once
    const unitId = await node.submit(sh('head -c 16777216 /dev/zero; sleep 1'));
    const { container } = await vi.waitUntil(() => server.pods.size > 0 && server.pod, {
      timeout: 10_000,
    });
    await vi.waitUntil(() => container?.acknowledged === 16_777_216, {
      interval: 5,
      timeout: 20_000,
    });
    const status = await node.ended(unitId);
    expect([stateName(status.state), status.detail]).toEqual(['Succeeded', 'Finished']);
  });

  it('goes on in the next daemon, also when the command has ended meanwhile', async () => {
    const unitId = await node.submit(sh(`${numbers}; echo end`));
    await hasBytes(unitId, 1_000_000);
    await node.stop();
    const before = stdoutSize(unitId);
    await node.start();
    await hasBytes(unitId, before + 1_000_000);
    await node.stop();
    // the worker waits for whoever comes
    const { container } = server.pod;
    await vi.waitUntil(() => container?.has('end'), { interval: 20, timeout: 20_000 });
    expect(server.pod.hasEnded).toBe(false);
    await node.start();
    expect((await node.ended(unitId)).detail).toBe('Finished');
    const all = Buffer.concat([allNumbers(), Buffer.from('end\n')]);
    expect(sha256(await node.output(unitId))).toBe(sha256(all));
  });

  it('is whole for the next daemon that has nothing more to read', async () => {
    const go = join(node.folder, 'go');
    const unitId = await node.submit(sh(`echo all; while [ ! -e ${go} ]; do sleep 0.05; done`));
    await hasBytes(unitId, 4);
    await node.reaches(unitId, ({ state }) => state === 1);
    await node.stop();
    writeFileSync(go, '');
    await vi.waitUntil(() => server.pod.container?.has('end'), { interval: 20, timeout: 20_000 });
    await node.start();
    expect((await node.ended(unitId)).detail).toBe('Finished');
    expect((await node.output(unitId)).toString()).toBe('all\n');
  });

  it('is let go by the next daemon, where this one could only store that all is here', async () => {
    server.onCreated = (pod) => {
      pod.runForReal();
      // what the daemon tells the reader in the pod is lost
      pod.losesTold = true;
    };
    const unitId = await node.submit(sh('echo all'), '');
    await vi.waitUntil(() => node.statusFile(unitId).includes('"Spool":"taken"'), {
      interval: 5,
      timeout: 20_000,
    });
    await node.stop();
    expect(server.pod.hasEnded).toBe(false);
    server.pod.losesTold = false;
    await node.start();
    expect((await node.ended(unitId)).detail).toBe('Finished');
    expect(server.pod.hasEnded).toBe(true);
  });

  it('that is lost is so for the next daemon, for the reason that this one has found', async () => {
    server.onCreated = (pod) => {
      pod.runForReal();
      pod.losesTold = true;
    };
    const unitId = await node.submit(sh('echo all; sleep 600'));
    await hasBytes(unitId, 4);
    const { container } = server.pod;
    writeFileSync(join(container?.folder ?? '', 'lost'), '2 write\n');
    const isStored = (): boolean => node.statusFile(unitId).includes('OutputLost');
    await vi.waitUntil(isStored, { interval: 5, timeout: 20_000 });
    await node.stop();
    server.pod.kill(0, 'Completed');
    await node.start();
    const { detail, report } = await node.ended(unitId);
    expect([detail, report?.errorCode]).toEqual([
      'output is not complete: what the worker wrote behind byte 2 is not in its spool: its files could not be written',
      'output-lost',
    ]);
  });

  it('is whole for the next daemon, when the pod ended before its end was stored', async () => {
    server.onCreated = (pod) => {
      const exit = pod.exit.bind(pod);
      pod.exit = (...how) => {
        server.silently(() => {
          exit(...how);
        });
      };
      pod.runForReal();
    };
    const unitId = await node.submit(sh('echo all'));
    await vi.waitUntil(() => server.pods.size === 1 && server.pod.hasEnded, {
      interval: 5,
      timeout: 20_000,
    });
    await node.stop();
    await node.start();
    expect((await node.ended(unitId)).detail).toBe('Finished');
    expect((await node.output(unitId)).toString()).toBe('all\n');
  });

  it('lets its worker go once it is stored that all is here, and on a full disk not before', async () => {
    const go = join(node.folder, 'go');
    const unitId = await node.submit(sh(`echo all; while [ ! -e ${go} ]; do sleep 0.05; done`));
    await hasBytes(unitId, 4);
    await node.reaches(unitId, ({ state }) => state === 1);
    // in the place of a disk that is full
    mkdirSync(node.path(unitId, 'status.new'));
    writeFileSync(go, '');
    const { detail } = await node.reaches(unitId, (status) => status.detail.includes('stored'));
    expect(detail).toBe('Pod Running; what comes next waits until it can be stored');
    expect(server.pod.hasEnded).toBe(false);
    rmdirSync(node.path(unitId, 'status.new'));
    expect((await node.ended(unitId)).detail).toBe('Finished');
  });

  it('has no problem any more once its reader is at work, whether there is any or not', async () => {
    server.refuse(/\/exec/, 500, 'InternalError', 'not today', 4);
    const unitId = await node.submit(sh('sleep 600'));
    await node.reaches(unitId, ({ detail }) => detail.includes('not today'));
    await node.reaches(unitId, ({ detail }) => detail === 'Pod Running');
    expect(stdoutSize(unitId)).toBe(0);
  });

  it('is lost when the container goes with it, and the unit says how that came', async () => {
    const unitId = await node.submit(sh('echo begun; cat /dev/zero'));
    await hasBytes(unitId, 1_000);
    server.pod.kill(137, 'OOMKilled');
    const status = await node.ended(unitId);
    expect(status.report?.errorCode).toBe('out-of-memory');
  });

  it('of a worker that did not get the stdin that was sent is not waited for', async () => {
    server.onCreated = (pod) => {
      pod.runForReal();
      // what the API server has taken and the node has not
      pod.takeStdin = () => undefined;
    };
    const unitId = await node.submit(sh('cat; sleep 600'), 'some input');
    const status = await node.ended(unitId);
    expect(status.report?.errorCode).toBe('input-lost');
    expect(status.detail).toBe("Error with pod's stdin: 0 of 10 bytes came");
    await vi.waitUntil(() => server.pods.size === 0, { interval: 5, timeout: 10_000 });
  });

  it('that was not all read when the pod ended is not complete, whatever its exit status', async () => {
    server.refuse(/\/exec/, 500, 'InternalError', 'no', 1_000);
    const unitId = await node.submit(sh('echo out'));
    await vi.waitUntil(() => requests(/\/exec\?/).length > 1, { interval: 5, timeout: 10_000 });
    server.pod.kill(0, 'Completed');
    const status = await node.ended(unitId);
    expect([stateName(status.state), status.report?.errorCode]).toEqual(['Failed', 'output-lost']);
    expect(status.detail).toBe(
      'output is not complete: the pod had ended before all was read that its worker wrote behind byte 0',
    );
  });

  it('that has become something else on the way, or here, is not complete', async () => {
    const go = join(node.folder, 'go');
    const unitId = await node.submit(sh(`echo some; while [ ! -e ${go} ]; do sleep 0.05; done`));
    await hasBytes(unitId, 5);
    const stdout = openSync(node.path(unitId, 'stdout'), 'r+');
    writeSync(stdout, 'S', 0);
    closeSync(stdout);
    writeFileSync(go, '');
    const status = await node.ended(unitId);
    expect(status.report?.errorCode).toBe('output-lost');
    expect(status.detail).toMatch(/their SHA-256 differs$/);
    // nobody waits for an acknowledgement any more
    expect(server.pod.hasEnded).toBe(true);
  });
});

describe('there is no spool, and the log is read,', () => {
  const throughLog = async (unitId: string): Promise<void> => {
    expect((await node.ended(unitId)).detail).toBe('Finished');
    expect((await node.output(unitId)).toString()).toBe('out\n');
    expect(requests(/\/log\?/)).not.toEqual([]);
  };

  it('where nothing may be run in pods', async () => {
    server.mayExecute = false;
    const unitId = await node.submit(sh('echo out'));
    await throughLog(unitId);
    expect(node.log).toEqual([
      `[${unitId}] its output comes by the log, which may lose some: the role needs the verbs get and create on pods/exec`,
    ]);
    expect(requests(/\/exec\?/)).toEqual([]);
  });

  it('where the configuration says so, or no command is known', async () => {
    await node.stop();
    await node.start({ outputSpool: 'never' });
    await throughLog(await node.submit(sh('echo out')));
  });

  it('where the image has no shell: the pod is made once more', async () => {
    let made = 0;
    server.onCreated = (pod) => {
      made += 1;
      if (made > 1) pod.runForReal();
      else pod.exit(128, 'StartError', 'exec: "sh": executable file not found in $PATH');
    };
    const unitId = await node.submit(sh('echo out'));
    await throughLog(unitId);
    expect(server.pods.size).toBe(1);
  });

  it('where the image has not what it takes', async () => {
    server.onCreated = (pod) => {
      pod.runForReal({ programs: ['sh', 'cat', 'sleep'] });
    };
    const unitId = await node.submit(sh('echo out'));
    await throughLog(unitId);
    // once, when the status has it: a line before would let the command begin
    expect(server.pod.container?.told).toEqual(['0\n']);
  });
});
