const HIDDEN = '**********';
const SECRET_NAME = /PASS|SECRET|TOKEN|CREDENTIAL|AUTH|API_?KEY|PRIVATE|(?:^|_)KEY(?:$|_)/i;
const SECRET_IN_URL = /\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi;
const INHERITED =
  /^(?:ANSIBLE_.*|HOME|LANG|LANGUAGE|LC_.*|LOGNAME|PATH|PYTHON.*|SHELL|TERM|TMPDIR|TZ|USER|VIRTUAL_ENV)$/;

/**
 * The environment as artifacts and status messages show it: what the run sets itself, and of the
 * inherited variables those that say how Ansible behaves. Values whose names speak of secrets, and
 * passwords in URLs, are replaced by asterisks.
 */
export function shownEnvironment(
  full: Readonly<Record<string, string>>,
  setByRun: ReadonlySet<string>,
): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(full))
    if (setByRun.has(name) || INHERITED.test(name))
      shown[name] = isSecretName(name) ? HIDDEN : value.replace(SECRET_IN_URL, `$1:${HIDDEN}@`);
  return shown;
}

/** Names that look like secrets and are none. */
const NOT_SECRET = new Set(['ANSIBLE_HOST_KEY_CHECKING', 'SSH_AUTH_SOCK']);

/** Whether a variable of that name may hold a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !NOT_SECRET.has(name);
}
