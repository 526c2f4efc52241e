import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * Speaks the `> ` lines of an example to a control socket, each once the one before is answered.
 *
 * @param {string} socket
 * @param {string} text
 * @returns {Promise<string>} the example with the replies that came
 */
export async function speak(socket, text) {
  const stream = connect(socket);
  await once(stream, 'connect');
  const lines = createInterface({ input: stream })[Symbol.asyncIterator]();
  const greeting = await lines.next();
  if (!String(greeting.value).startsWith('Receptor Control, node '))
    throw new Error(`no greeting: ${greeting.value}`);
  let session = '';
  for (const [, request = ''] of text.matchAll(/^> (.*)$/gm)) {
    stream.write(`${request}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`the session ended at: ${request}`);
    session += `> ${request}\n< ${value}\n`;
  }
  stream.destroy();
  return session;
}

/** A session without what differs from run to run: the times of probes. */
export function steadySession(/** @type {string} */ session) {
  return session.replaceAll(/"Time":\d+,"TimeStr":"[^"]+"/g, 'TIME');
}
