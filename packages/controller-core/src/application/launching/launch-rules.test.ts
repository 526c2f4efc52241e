import { describe, expect, it } from 'vitest';
import { credentialProblem, missingPasswords } from './launch-credentials.js';
import { problemOf } from './launch-project.js';
import { splitPrompts } from './launch-prompts.js';

describe('prompts', () => {
  it('are those that the template asks for; what else was given is ignored', () => {
    const template = { ask_limit_on_launch: true, ask_forks_on_launch: false };
    const given = { limit: 'web', forks: 3, constructor: 1 };
    expect(splitPrompts(template, given)).toEqual({
      prompts: { limit: 'web' },
      ignored: { forks: 3, constructor: 1 },
    });
  });
});

describe('credentials of a launch', () => {
  const vault = (id?: string) => ({ kind: 'vault', inputs: { vault_id: id } });

  it('are one of a kind, but for vaults with ids of their own', () => {
    const ssh = { kind: 'ssh', inputs: {} };
    expect(credentialProblem([ssh, vault('a'), vault('b')])).toBeUndefined();
    expect(credentialProblem([ssh, ssh])).toBe('Cannot assign multiple ssh credentials.');
    expect(credentialProblem([vault(), vault()])).toBe('Cannot assign multiple vault credentials.');
  });

  it('ask for passwords, of which an empty one is missing', () => {
    const asking = [{ kind: 'ssh', inputs: { password: 'ASK', become_password: 'ASK' } }];
    expect(missingPasswords(asking)).toEqual(['ssh_password', 'become_password']);
    const typed = { ssh_password: 'x', become_password: '' };
    expect(missingPasswords(asking, typed)).toEqual(['become_password']);
  });
});

describe('the project of a launch', () => {
  const project = { status: 'successful', scm_type: 'git', scm_revision: 'abc' };
  const failed = { status: 'failed', scm_type: 'git', scm_revision: '' };

  it.each([
    [project, '', undefined],
    [project, 'main', 'Project does not allow override of branch.'],
    [{ ...project, allow_override: true }, 'main', undefined],
    [undefined, '', 'A project is required to run a job.'],
    [{ ...project, status: 'missing' }, '', 'The folder of the project is missing.'],
    [failed, '', 'Missing a revision to run due to failed project update.'],
    [{ ...failed, scm_update_on_launch: true }, '', undefined],
    [{ ...failed, scm_type: '' }, '', undefined],
  ])('%j with branch %j: %s', (row, branch, problem) => {
    expect(problemOf(row, branch)).toBe(problem);
  });
});
