import { onProcess } from '../on-process.mjs';
import { copyStream, gzipOf } from '../worker-stream.mjs';

export default onProcess({
  title: 'a copy of events that is 255 MiB of empty objects',
  stream: async function* () {
    yield* copyStream(await gzipOf('{}\n', 255 * 2 ** 20));
  },
});
