import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onMesh } from '../on-mesh.mjs';
import { verifyEnd, runCommand } from '../on-process.mjs';
import { copyStream, gzipOf } from '../worker-stream.mjs';

export default onMesh({
  title: 'a node that answers a job of another with a copy of events of 255 MiB',
  strike: async (mesh, { commands, folder, short }) => {
    const { near, linkPort } = mesh;
    const answer = join(folder, 'answer');
    await writeFile(answer, [...copyStream(await gzipOf('{}\n', 255 * 2 ** 20))].join(''));
    const params = `-c 'cat >/dev/null; cat ${answer}'`;
    const work = { 'work-command': { worktype: 'ansible-runner', command: 'sh', params } };
    const mallory = mesh.add('mallory', [
      { 'tcp-peer': { address: `127.0.0.1:${linkPort}` } },
      work,
    ]);
    mallory.start();
    await near.routeTo('mallory');
    const data = join(folder, 'project-dir');
    await mkdir(join(data, 'project'), { recursive: true });
    await writeFile(join(data, 'project', 'play.yml'), '- hosts: localhost\n');
    const way = ['--via-receptor', 'mallory', '--receptor-peer', `unix:${near.socket}`];
    const end = await runCommand(commands.runner, ['run', data, '-p', 'play.yml', ...way], {
      env: commands.env,
      patienceMs: short ? 20_000 : 300_000,
    });
    return { problems: verifyEnd(end), peakMb: end.peakMb };
  },
  bounds: { peakMb: 400 },
});
