import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  createReadStream,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TAR_MS = 10 * 60_000;
const architectures = /** @type {Record<string, string>} */ ({ x64: 'amd64', arm64: 'arm64' });

/**
 * @typedef {object} Image
 * @property {string} name with its tag
 * @property {string[]} [entrypoint]
 * @property {string[]} [command]
 * @property {Record<string, string>} [environment] besides `PATH`
 */

/** Debian's, with every program of it as a link. */
export const busyboxImage = 'localhost/busybox:1';
/** What holds a pod's namespaces. */
export const pauseImage = 'localhost/pause:1';

/**
 * Makes a docker-archive with images of one and the same layer.
 *
 * @param {string} rootfs
 * @param {string} archive path of the file to make
 * @param {readonly Image[]} images
 */
export async function makeArchive(rootfs, archive, images) {
  const folder = await mkdtemp(`${archive}-`);
  try {
    const layer = 'layer.tar';
    await run(
      'tar',
      [
        ...['--create', '--file', join(folder, layer), '--directory', rootfs, '--sort=name'],
        ...['--numeric-owner', '--owner=0', '--group=0', '--one-file-system', '.'],
      ],
      { timeout: TAR_MS },
    );
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(folder, layer)), hash);
    const digest = hash.digest('hex');
    const manifest = images.map((image) => {
      const text = JSON.stringify(configuration(image, digest));
      const config = `${createHash('sha256').update(text).digest('hex')}.json`;
      writeFileSync(join(folder, config), text);
      return { Config: config, RepoTags: [image.name], Layers: [layer] };
    });
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const files = ['manifest.json', layer, ...manifest.map(({ Config }) => Config)];
    await run('tar', ['--create', '--file', archive, '--directory', folder, ...files], {
      timeout: TAR_MS,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function configuration(
  /** @type {Image} */ { entrypoint, command, environment = {} },
  /** @type {string} */ digest,
) {
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return {
    architecture: architectures[process.arch] ?? process.arch,
    os: 'linux',
    config: {
      Env: Object.entries({ PATH: path, ...environment }).map((pair) => pair.join('=')),
      ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint }),
      ...(command === undefined ? {} : { Cmd: command }),
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  };
}

/**
 * Makes the archive of the two images that every cluster has.
 *
 * @param {string} busybox linked statically
 * @param {string} folder to make them in
 * @returns the archive's path
 */
export async function makeOwnImages(busybox, folder) {
  const rootfs = join(folder, 'busybox');
  for (const name of ['bin', 'etc', 'proc', 'root', 'tmp'])
    mkdirSync(join(rootfs, name), { recursive: true });
  chmodSync(join(rootfs, 'tmp'), 0o1777);
  writeFileSync(join(rootfs, 'etc', 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  copyFileSync(busybox, join(rootfs, 'bin', 'busybox'));
  const { stdout } = await run(busybox, ['--list']);
  for (const name of stdout.trim().split('\n'))
    if (name !== 'busybox') symlinkSync('busybox', join(rootfs, 'bin', name));
  const archive = join(folder, 'own.tar');
  await makeArchive(rootfs, archive, [
    { name: busyboxImage, command: ['/bin/sh'] },
    { name: pauseImage, entrypoint: ['/bin/busybox', 'sleep', 'inf'] },
  ]);
  return archive;
}
