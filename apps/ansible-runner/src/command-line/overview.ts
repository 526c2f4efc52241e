import { SUBCOMMANDS } from './command-line-options.js';

/** What is shown when no subcommand is given: which there are, and what is commonly done with them. */
export function overview(): string {
  const names = Object.keys(SUBCOMMANDS);
  const width = Math.max(...names.map((name) => name.length));
  const lines = Object.entries(SUBCOMMANDS).map(
    ([name, help]) => `    ${name.padEnd(width)}  ${help}`,
  );
  return `
These are common Ansible Runner commands:

${lines.join('\n')}

For example:

    ansible-runner run demo -p site.yml               a playbook of demo/project
    ansible-runner run demo -m debug -a msg=hi --hosts all
    ansible-runner run demo -r web --hosts servers    a role
    ansible-runner start demo -p site.yml             in the background: is-alive, stop
    ansible-runner playbook -i hosts site.yml         without a private data dir
    ansible-runner transmit demo -p site.yml | ssh far ansible-runner worker | ansible-runner process demo

ansible-runner COMMAND --help shows the options of a command.

`;
}
