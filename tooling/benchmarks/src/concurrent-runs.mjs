// Many runs at once in this process, until SIGTERM ends them.
//   concurrent-runs.mjs PRIVATE_DATA_DIR COUNT
import { run } from '@receptorjs/runner-core';

const [privateDataDir = '', count = ''] = process.argv.slice(2);
const abort = new AbortController();
process.once('SIGTERM', () => abort.abort());
await Promise.all(
  Array.from({ length: Number(count) }, (_, at) =>
    run({ privateDataDir, playbook: 'play.yml', ident: `run${at}`, signal: abort.signal }),
  ),
);
