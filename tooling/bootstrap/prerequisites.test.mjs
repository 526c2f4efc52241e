import { describe, expect, it } from 'vitest';
import { checkNode, findPython, installFailure } from './prerequisites.mjs';

describe('checkNode', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '26.10.0'])('takes %s', (version) => {
    expect(() => checkNode(version)).not.toThrow();
  });
  it.each(['18.20.0', '20.18.9', '16.0.0'])('refuses %s in one sentence', (version) => {
    expect(() => checkNode(version)).toThrow(
      /^Node [\d.]+ is too old: install Node 20\.19 or newer and run the command again\.$/,
    );
  });
});

describe('findPython', () => {
  const answering =
    (/** @type {Record<string, string>} */ answers) => async (/** @type {string} */ command) =>
      command in answers
        ? { code: 0, output: `${answers[command]}\n` }
        : { code: 127, output: 'not found' };

  it('takes the first that will do', async () => {
    const python = await findPython(
      {},
      answering({ python3: '3.8.1 True', 'python3.12': '3.12.3 True' }),
    );
    expect(python).toEqual({ command: 'python3.12', version: '3.12.3' });
  });
  it('takes the one PYTHON names', async () => {
    const python = await findPython(
      { PYTHON: '/opt/py' },
      answering({ python3: '3.11.1 True', '/opt/py': '3.10.0 True' }),
    );
    expect(python.command).toBe('/opt/py');
  });
  it('says that there is none', async () => {
    await expect(findPython({}, answering({}))).rejects.toThrow(
      /^No Python was found: install Python 3\.9 or newer/,
    );
  });
  it('says that it is too old', async () => {
    await expect(findPython({}, answering({ python3: '3.8.1 True' }))).rejects.toThrow(
      /^Python 3\.8\.1 is too old/,
    );
  });
  it('says that the venv module is missing', async () => {
    await expect(findPython({}, answering({ python3: '3.11.2 False' }))).rejects.toThrow(
      /python3-venv/,
    );
  });
});

describe('installFailure', () => {
  it('tells a registry that does not answer from other failures', () => {
    expect(installFailure('pnpm', 'npm', 'npm error code ENOTFOUND').message).toMatch(
      /npm package registry did not answer/,
    );
    expect(
      installFailure('pnpm', 'npm', 'npm error code SELF_SIGNED_CERT_IN_CHAIN').message,
    ).toMatch(/certificate of the npm package registry is not trusted: .*NODE_EXTRA_CA_CERTS/);
    const other = installFailure('Ansible', 'Python', 'ERROR: broken wheel').message;
    expect(other).toMatch(/broken wheel[\s\S]*Ansible could not be installed/);
  });
});
