import { chown, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Daemon, memoryMb } from '../daemon.mjs';
import { until } from '../until.mjs';

const SECRET = 'the secret of another user\n';
/** Nobody: any user but the one that runs the daemon. */
const OTHER = 65_534;
const unit = {
  State: 2,
  Detail: 'exit status 0',
  StdoutSize: SECRET.length,
  WorkType: 'cat',
  ExtraData: { Pid: 0, Params: '' },
};

/** @type {import('../on-mesh.mjs').Attack} */
export default {
  title: 'a data folder that another user has prepared',
  run: async ({ commands, folder }) => {
    const daemon = new Daemon(commands, 'hub', folder, [
      { 'local-only': {} },
      { 'work-command': { worktype: 'cat', command: 'cat' } },
    ]);
    const secret = join(folder, 'secret');
    await writeFile(secret, SECRET);
    const planted = join(daemon.dataDir, 'hub', 'planted1');
    await mkdir(planted, { recursive: true });
    await writeFile(join(planted, 'status'), JSON.stringify(unit));
    await symlink(secret, join(planted, 'stdout'));
    const isRoot = process.getuid?.() === 0;
    if (isRoot) {
      const theirs = [
        daemon.dataDir,
        join(daemon.dataDir, 'hub'),
        planted,
        join(planted, 'status'),
      ];
      for (const path of theirs) await chown(path, OTHER, OTHER);
    }
    daemon.start();
    try {
      const shown = await until('the daemon to start or to refuse it', async () => {
        if (daemon.end !== undefined) return '';
        const client = await daemon.control().catch(() => undefined);
        if (client === undefined) return undefined;
        try {
          const pieces = [];
          for await (const piece of await client.resultStream('planted1')) pieces.push(piece);
          return String(Buffer.concat(pieces));
        } catch {
          return '';
        } finally {
          client.close();
        }
      });
      const problems = shown.includes(SECRET.trim()) ? ["it shows another user's file"] : [];
      if (isRoot && daemon.end === undefined)
        problems.push('it starts in a folder of another user');
      if (isRoot && !/own|belong|user|link|safe/i.test(daemon.logText())) {
        problems.push('it does not say why');
      }
      const peakMb = daemon.end === undefined ? memoryMb(daemon.pid, 'VmHWM') : 0;
      return { peakMb, job: '-', logKb: daemon.logBytes() / 1024, problems };
    } finally {
      await daemon.stop();
    }
  },
};
