import { run, SetupError } from './steps.mjs';

/** The oldest Node this project runs on. */
export const oldestNode = [20, 19];

/**
 * @param {string} version as in process.versions.node
 * @throws SetupError for an older Node
 */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = oldestNode;
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return;
  throw new SetupError(
    `Node ${version} is too old: install Node ${oldestNode.join('.')} or newer and run the command again.`,
  );
}

const probe =
  'import sys, importlib.util as u; print("%d.%d.%d" % sys.version_info[:3], all(u.find_spec(m) for m in ("venv", "ensurepip")))';

/**
 * Finds a Python that can make a virtual environment.
 *
 * @param {NodeJS.ProcessEnv} [env] `PYTHON` names the one to take
 * @param {typeof run} [execute]
 * @returns {Promise<{ command: string, version: string }>}
 * @throws SetupError when there is none, it is too old, or its venv module is missing
 */
export async function findPython(env = process.env, execute = run) {
  const names = env.PYTHON
    ? [env.PYTHON]
    : ['python3', ...[14, 13, 12, 11, 10, 9].map((minor) => `python3.${minor}`), 'python'];
  let old = '';
  let bare = '';
  for (const command of names) {
    const { code, output } = await execute(command, ['-c', probe], { env });
    const match = /^(\d+)\.(\d+)\.\d+ (True|False)/m.exec(output);
    if (code !== 0 || !match) continue;
    const version = /** @type {string} */ (match[0].split(' ')[0]);
    if (Number(match[1]) !== 3 || Number(match[2]) < 9) old = version;
    else if (match[3] === 'False') bare = version;
    else return { command, version };
  }
  if (bare) {
    throw new SetupError(
      `Python ${bare} has no venv module: install it (on Debian and Ubuntu: apt-get install python3-venv) and run the command again.`,
    );
  }
  throw new SetupError(
    `${old ? `Python ${old} is too old` : 'No Python was found'}: install Python 3.9 or newer, or name one with PYTHON=/path/to/python3, and run the command again.`,
  );
}

const unreachable =
  /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ERR_SOCKET_TIMEOUT|network|NewConnectionError|ConnectTimeoutError|ReadTimeout|Max retries|Temporary failure in name resolution|ProxyError|Could not fetch|ERR_PNPM_META_FETCH_FAIL|ENOTCACHED/i;

/** Whether an installer failed because no registry answered. @param {string} output what it printed */
export const registryUnreachable = (output) => unreachable.test(output);

/**
 * The sentence for an installer that failed.
 *
 * @param {string} what what was being installed
 * @param {string} registry whose packages: `npm` or `Python`
 * @param {string} output what the installer printed
 */
export function installFailure(what, registry, output) {
  const setting = registry === 'npm' ? 'npm config get registry' : 'pip config list';
  if (
    /self.signed|SELF_SIGNED|unable to (get|verify).*certificate|CERTIFICATE_VERIFY_FAILED/i.test(
      output,
    )
  ) {
    return new SetupError(
      `${what} could not be installed because the certificate of the ${registry} package registry is not trusted: name your certificate authority in ${registry === 'npm' ? 'NODE_EXTRA_CA_CERTS' : 'PIP_CERT'} and run the command again.`,
    );
  }
  return registryUnreachable(output)
    ? new SetupError(
        `${what} could not be installed because the ${registry} package registry did not answer: check the network and '${setting}', then run the command again.`,
      )
    : new SetupError(
        `${what} could not be installed: see the installer's output above, then run the command again.\n\n${output.trim().split('\n').slice(-25).join('\n')}`.replace(
          /^(.*?)\n\n([\s\S]*)$/,
          '$2\n\n$1',
        ),
      );
}
