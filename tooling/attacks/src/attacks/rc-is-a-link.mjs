import { onProcess } from '../on-process.mjs';
import { artifactsStream } from '../worker-stream.mjs';
import { archiveOf, member } from '../zip.mjs';

export default onProcess({
  title: 'artifacts in which rc is a link to itself',
  stream: () => artifactsStream(archiveOf([member('rc', 'link', Buffer.from('rc'))])),
  verify: (status) => (status === 'error' ? [] : [`the status is ${status}`]),
});
