import { onProcess } from '../on-process.mjs';
import { artifactsStream } from '../worker-stream.mjs';
import { overlappingMembers } from '../zip.mjs';

export default onProcess({
  title: 'an archive whose members lie in one another',
  stream: (short) => artifactsStream(overlappingMembers(short ? 60 : 250, 4 * 2 ** 20)),
  verify: (status) => (status === 'successful' ? ['it was taken'] : []),
});
