import { cp } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import { pythonFolder } from '../python-assets.js';

const PARTS = ['callback', 'receptorjs_events'];

/**
 * Copies the callback plugin into the private folder of a run, where a job that is shut in can read it.
 *
 * @returns the environment with the copy in the place of the plugin
 */
export async function copyPlugin(
  env: Readonly<Record<string, string>>,
  privateDir: string,
): Promise<Record<string, string>> {
  const from = pythonFolder();
  const to = join(privateDir, 'python');
  for (const part of PARTS)
    await cp(join(from, part), join(to, part), {
      recursive: true,
      filter: (path) => basename(path) !== '__pycache__',
    });
  const folders = env.ANSIBLE_CALLBACK_PLUGINS?.split(delimiter) ?? [];
  const own = join(from, 'callback');
  return {
    ...env,
    ANSIBLE_CALLBACK_PLUGINS: folders
      .map((folder) => (folder === own ? join(to, 'callback') : folder))
      .join(delimiter),
  };
}
