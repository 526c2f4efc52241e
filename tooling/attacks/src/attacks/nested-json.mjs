import { onProcess } from '../on-process.mjs';

const DEPTH = 5_000_000;

export default onProcess({
  title: 'JSON of 10 MB that is brackets only',
  stream: () => [
    '{"status": "running", "command": ["ansible-playbook"], "env": {}, "cwd": "/"}\n',
    `{"uuid": "u", "counter": 1, "event": "verbose", "stdout": "", "event_data": ${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}\n`,
    '{"status": "successful"}\n{"eof": true}\n',
  ],
});
