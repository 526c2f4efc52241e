import { onProcess } from '../on-process.mjs';
import { artifactsStream } from '../worker-stream.mjs';
import { archiveOf, member } from '../zip.mjs';

export default onProcess({
  title: 'artifacts in which rc is a folder',
  stream: () =>
    artifactsStream(
      archiveOf([
        member('rc/', 'folder', Buffer.alloc(0)),
        member('rc/x', 'file', Buffer.from('x')),
      ]),
    ),
  verify: (status) => (status === 'error' ? [] : [`the status is ${status}`]),
});
