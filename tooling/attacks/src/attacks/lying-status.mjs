import { onMesh } from '../on-mesh.mjs';
import { LyingNode, statusLine } from '../lying-node.mjs';
import { until } from '../until.mjs';

const LONG = 'd'.repeat(8_000_000);
const CLEAR = '\u001b[2J\r\n';

/** Lies by their units, and whether the unit must have failed for them. @type {[string, string | (() => Iterable<string>), boolean][]} */
const lies = [
  ['more stdout than there is', statusLine({ State: 2, StdoutSize: 4e15 }), true],
  ['a state that is none', statusLine({ State: 7 }), true],
  ['no JSON', 'Succeeded', true],
  ['a negative size', statusLine({ State: 2, StdoutSize: -1 }), true],
  ['a detail of 8 MB', statusLine({ Detail: LONG }), true],
  ['a detail that clears the screen', statusLine({ State: 3, Detail: `failed${CLEAR}` }), true],
  ['a running unit with petabytes of stdout', statusLine({ StdoutSize: 4e15 }), false],
  [
    'a status that changes all the time',
    function* () {
      for (let at = 0; ; at++) yield `${statusLine({ Detail: `Running: PID ${at}` })}\n`;
    },
    false,
  ],
];

export default onMesh({
  title: 'a far node that lies about the status of its jobs',
  strike: async ({ hub, linkPort }) => {
    const far = await LyingNode.join(linkPort, 'mallory', {
      status: (unit) => {
        const lie = lies[unit - 1]?.[1] ?? '';
        return typeof lie === 'string' ? lie : lie();
      },
      results: () => [],
    });
    const problems = [];
    const client = await hub.control();
    try {
      await hub.routeTo('mallory');
      /** @type {string[]} */
      const ids = [];
      while (ids.length < lies.length) {
        ids.push((await client.submit({ node: 'mallory', workType: 'lies' }, '')).unitId);
      }
      const expected = ids.filter((_id, at) => lies[at]?.[2]);
      const areFinal = async () => {
        const units = await client.workList();
        return expected.every((id) => (units.get(id)?.state ?? 0) > 1) || undefined;
      };
      // those that never become final are reported below
      await until('the lies to be seen through', areFinal).catch(() => undefined);
      for (const [at, [lie, , fails]] of lies.entries()) {
        const { state, detail, stdoutSize } = await client.workStatus(ids[at] ?? '');
        if (fails && state !== 3) problems.push(`${lie}: its state is ${state}`);
        if (stdoutSize !== 0n) problems.push(`${lie}: there are ${stdoutSize} bytes of stdout`);
        if (detail.length > 10_000)
          problems.push(`${lie}: its detail has ${detail.length} characters`);
        if (/\p{Cc}/u.test(detail)) problems.push(`${lie}: its detail has control characters`);
      }
      for (const id of ids) await client.workRelease(id);
    } finally {
      client.close();
      await far.close();
    }
    return problems;
  },
});
