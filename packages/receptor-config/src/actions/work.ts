import { flag, integer, text, word } from '../fields/fields.js';
import { list, map } from '../fields/structured-fields.js';
import { duration } from '../fields/time-fields.js';
import { action, type NamedFile } from './spec.js';

const worktype = text({ help: 'Name of the work type', required: true });
const verifysignature = flag({ help: 'Submissions must be signed', fallback: false });

/** How many units of a type there may be at once. */
const maxrunning = integer(
  {
    help: 'Units that run at once; others wait, and submitters take turns (when not given: any number)',
  },
  { min: 1, max: 1_000_000 },
);
const maxqueued = integer(
  {
    help: 'With maxrunning: units that wait beyond those that run; further submissions are refused',
    fallback: 10_000,
  },
  { min: 0, max: 1_000_000 },
);

const maxstdout = integer(
  {
    help: 'MiB of stdout of one unit; one with more fails, and is ended within a second or so',
    fallback: 65_536,
  },
  { min: 1, max: 1_000_000_000 },
);

const keyFile = (path: string | undefined, key: 'private' | 'public'): NamedFile => ({
  path,
  missing: `${path ?? ''} does not exist`,
  key,
});

/** The most keys that a node verifies signatures by: each may be tried for a signature. */
const MAX_VERIFYING_KEYS = 16;

/** What becomes of a type of work that this version can't run. */
const allRefused = 'all submissions of this work type are refused';

/** Types of work and the keys that sign and verify submissions. */
export const workActions = {
  'work-command': action({
    help: 'Offer a command as a type of work',
    reload: 'reopened',
    v2: 'work-commands',
    subject: ({ worktype }) => worktype,
    workType: ({ worktype }) => worktype,
    fields: {
      worktype,
      command: text({ help: 'Command to run', required: true }),
      params: text({ help: 'Arguments of the command' }),
      allowruntimeparams: flag({ help: 'Submitters may add arguments', fallback: false }),
      verifysignature,
      maxrunning,
      maxqueued,
      maxstdout,
    },
  }),
  'work-runner': action({
    help: 'Whether jobs of ansible-runner are offered as the type of work ansible-runner',
    reload: 'applied',
    v2: 'work-runner',
    singleton: true,
    fields: {
      offer: flag({
        help: 'Offer them where ansible-runner is installed beside receptor, unless a work-command has that name; without this action only while nobody can submit without a certificate',
        bare: true,
        fallback: true,
      }),
      maxrunning,
      maxqueued,
      maxstdout,
    },
  }),
  'work-kubernetes': action({
    help: 'Offer a container of Kubernetes as a type of work',
    reload: 'fixed',
    v2: 'work-kubernetes',
    subject: ({ worktype }) => worktype,
    workType: ({ worktype }) => worktype,
    namedFiles: ({ kubeconfig }) => [
      {
        path: kubeconfig,
        missing: `error accessing kubeconfig file: stat ${kubeconfig ?? ''}: no such file or directory`,
      },
    ],
    fields: {
      worktype,
      namespace: text({ help: 'Namespace of the pods' }),
      image: text({ help: 'Container image' }),
      command: text({ help: 'Command of the container' }),
      params: text({ help: 'Arguments of the container' }),
      authmethod: word(['kubeconfig', 'incluster', 'runtime'], {
        help: 'How the cluster is reached',
        fallback: 'incluster',
        unknown: (value) => `invalid AuthMethod: ${value}`,
      }),
      kubeconfig: text({ help: 'File of the cluster configuration, for authmethod kubeconfig' }),
      pod: text({ help: 'File of the pod manifest, YAML or JSON' }),
      allowruntimeauth: flag({ help: 'Submitters may say how to log in', fallback: false }),
      allowruntimecommand: flag({
        help: 'Submitters may choose image and command',
        fallback: false,
      }),
      allowruntimeparams: flag({ help: 'Submitters may add arguments', fallback: false }),
      allowruntimepod: flag({ help: 'Submitters may give a pod manifest', fallback: false }),
      deletepodonrestart: flag({
        help: 'Delete pods that can not be gone on with when the node starts again: those that were getting their stdin, and pending ones of streammethod tcp',
        fallback: true,
      }),
      streammethod: word(['logger', 'tcp'], {
        help: 'How input and output travel',
        fallback: 'logger',
        unknown: () => 'stream mode must be logger or tcp',
      }),
      tcpaddress: text({
        help: 'Address of this machine that pods of streammethod tcp are told to connect to; otherwise the first one',
      }),
      outputspool: word(['auto', 'always', 'never'], {
        help: 'Whose stdout goes through a spool in the pod, complete whatever becomes of its log: that of pods whose command is known or whose arguments begin with ansible-runner, of all that have arguments, or of none',
        fallback: 'auto',
        unknown: (value) => `invalid outputspool ${value}: it is auto, always or never`,
      }),
      verifysignature,
      maxrunning,
      maxqueued,
      maxstdout,
    },
    check: (fields) => {
      const { authmethod, namespace, kubeconfig, pod, image, command, params } = fields;
      if (!namespace && authmethod !== 'kubeconfig' && !fields.allowruntimeauth) {
        return {
          why: 'must provide namespace when AuthMethod is not kubeconfig',
          hint: 'give namespace, or allowruntimeauth=true',
        };
      }
      if (kubeconfig && authmethod !== 'kubeconfig') {
        return {
          why: 'can only provide KubeConfig when AuthMethod=kubeconfig',
          hint: 'leave out kubeconfig, or give authmethod=kubeconfig',
          field: 'kubeconfig',
        };
      }
      if (pod && (image || command || params)) {
        return {
          why: 'can only provide Pod when Image, Command, and Params are empty',
          hint: 'either pod, or image with command and params',
          field: 'pod',
        };
      }
      if (!pod && !image && !fields.allowruntimecommand && !fields.allowruntimepod) {
        return {
          why: 'must specify a container image to run',
          hint: 'give image or pod, or allow one of them at runtime',
        };
      }
      return undefined;
    },
  }),
  'work-python': action({
    help: 'Offer a plugin of the Python worker as a type of work (deprecated)',
    reload: 'fixed',
    v2: 'work-python',
    subject: ({ worktype }) => worktype,
    workType: ({ worktype }) => worktype,
    unsupported: () =>
      `[DEPRECATION WARNING] 'work-python' option is not currently being used. This feature will be removed from receptor in a future release; ${allRefused}`,
    fields: {
      worktype,
      plugin: text({ help: 'Python module of the plugin', required: true }),
      function: text({ help: 'Function of the plugin to call', required: true }),
      config: map({ help: 'Configuration of the plugin' }),
    },
  }),
  'work-signing': action({
    help: 'Sign submissions of work',
    reload: 'reopened',
    v2: 'work-signing',
    singleton: true,
    subject: ({ privatekey }) => privatekey,
    namedFiles: ({ privatekey }) => [keyFile(privatekey, 'private')],
    fields: {
      privatekey: text({ help: 'File of the RSA private key, PEM', bare: true }),
      tokenexpiration: duration(
        { help: 'How long a signature is good', fallback: 300_000, fallbackText: '5m' },
        {
          minMs: 0,
          name: 'TokenExpiration',
        },
      ),
    },
  }),
  'work-verification': action({
    help: 'Verify signatures of submissions',
    reload: 'reopened',
    v2: 'work-verification',
    singleton: true,
    subject: ({ publickey }) => publickey?.join(' '),
    namedFiles: ({ publickey = [] }) => publickey.map((path) => keyFile(path, 'public')),
    fields: {
      publickey: list({
        help: 'Files of RSA public keys, PEM, at most 16; a signature by any of them is good',
        bare: true,
      }),
    },
    check: ({ publickey = [] }) =>
      publickey.length > MAX_VERIFYING_KEYS
        ? {
            why: `${publickey.length} keys to verify by`,
            hint: `allowed are at most ${MAX_VERIFYING_KEYS}`,
            field: 'publickey',
          }
        : undefined,
  }),
} as const;
