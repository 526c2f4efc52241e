import { onProcess } from '../on-process.mjs';
import { artifactsStream } from '../worker-stream.mjs';
import { archiveOf, member } from '../zip.mjs';

export default onProcess({
  title: 'artifacts in which rc is very large',
  stream: (short) =>
    artifactsStream(
      archiveOf([member('rc', 'file', Buffer.alloc((short ? 300 : 1_000) * 1_000_000))]),
    ),
  verify: (status) => (status === 'error' ? [] : [`the status is ${status}`]),
});
