import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ReconnectingClient } from '../transport/reconnecting-client.js';
import { statusLine, transportTo } from '../transport/test-transport.js';
import { unitOutput } from './unit-output.js';

const limits = { firstMs: 2_000, lostMs: 2_000 };
const never = new AbortController().signal;

async function read(transport: Parameters<typeof reader>[0]): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of reader(transport)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
function reader(transport: ReturnType<typeof transportTo>) {
  const reconnectingClient = new ReconnectingClient('far', transport, limits);
  return unitOutput({ node: 'far', unitId: 'u', reconnectingClient, signal: never });
}

it('is whole, whatever breaks and wherever, and however often', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ minLength: 1, maxLength: 60, unit: fc.constantFrom('a', 'b', 'c', '\n') }),
      fc.array(fc.record({ bytes: fc.nat(20), how: fc.constantFrom('end', 'destroy') }), {
        maxLength: 3,
      }),
      async (output, breaks) => {
        const left = [...breaks];
        const transport = transportTo((request, stream) => {
          if (request.subcommand === 'status') {
            stream.write(statusLine(left.length > 0 ? 1 : 2, output.length));
            return;
          }
          const rest = output.slice(Number(request.startpos));
          const next = left.shift();
          stream.write('Streaming results for work unit u\n');
          if (next === undefined) stream.end(rest);
          else {
            stream.write(rest.slice(0, next.bytes));
            // an end that is none, as that of a socket whose daemon was killed, or a break
            if (next.how === 'end') stream.end();
            else setImmediate(() => stream.destroy());
          }
        });
        expect(await read(transport)).toBe(output);
      },
    ),
    { numRuns: 10 },
  );
}, 30_000);

it('a unit that failed without a byte was refused', async () => {
  const transport = transportTo((request, stream) => {
    if (request.subcommand === 'status') stream.write(statusLine(3, 0, 'no such file'));
    else stream.end('Streaming results for work unit u\n');
  });
  await expect(read(transport)).rejects.toMatchObject({
    code: 'refused',
    message: 'The node far could not run the job: no such file',
  });
});

it.each([
  ['less than it says', statusLine(2, 1_000_000), 'the output ended 999997 bytes before the end'],
  ['what is no status', '[]\n', 'a unit status must be an object'],
])('a node that sends %s is not asked for ever', async (_what, status, why) => {
  let asked = 0;
  const transport = transportTo((request, stream) => {
    if (request.subcommand === 'status') {
      asked += 1;
      stream.write(status);
    } else {
      stream.end(`Streaming results for work unit u\n${'abc'.slice(Number(request.startpos))}`);
    }
  });
  // no wait between two attempts
  const onReachable = (reached: () => void): (() => void) => {
    setImmediate(reached);
    return () => undefined;
  };
  await expect(read({ ...transport, onReachable })).rejects.toMatchObject({
    code: 'protocol-violation',
    message: expect.stringContaining(why) as string,
  });
  expect(asked).toBeLessThan(10);
});

it('a unit the node does not know is gone', async () => {
  const transport = transportTo((_request, stream) => stream.write('ERROR: unknown work unit u\n'));
  await expect(read(transport)).rejects.toMatchObject({ code: 'unit-gone' });
});

it('a node that stays away is lost after its time', async () => {
  let connects = 1;
  const transport = transportTo(
    (_request, stream) => stream.end('Streaming results for work unit u\nabc'),
    () => connects-- > 0,
  );
  const reconnectingClient = new ReconnectingClient('far', transport, { firstMs: 20, lostMs: 20 });
  const output = unitOutput({ node: 'far', unitId: 'u', reconnectingClient, signal: never });
  expect(Buffer.from((await output.next()).value ?? []).toString()).toBe('abc');
  await expect(output.next()).rejects.toMatchObject({
    code: 'lost',
    message: 'Lost the node far: nobody is there',
  });
});
