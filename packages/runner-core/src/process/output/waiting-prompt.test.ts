import { expect, it } from 'vitest';
import { relayedPrompt } from './waiting-prompt.js';

const banner = 'TASK [wait] ****\r\n';

it.each([
  ['a line without an end', 'x\r\nVault password: ', 'Vault password:'],
  ['one in colours', '\u001b[1mwhat\u001b[0m: \u001b[0m', 'what:'],
  ['the question of a pause', `${banner}[wait]\r\ngo on?:\r\n`, 'go on?:'],
  ['a question of several lines', `${banner}[wait]\r\nfirst\r\nsecond:\r\n`, 'second:'],
])('a prompt behind an engine is %s', (_, tail, prompt) => {
  expect(relayedPrompt(tail)).toBe(prompt);
});

it.each([
  ['whole lines', 'x\r\ny\r\n'],
  ['nothing', ''],
  ['progress', 'x\r\n 12 % \r'],
  ['progress that moves the cursor', 'x\r\nlayer: 10 MB\r\u001b[1B'],
  ['progress of a task', `${banner}[WARNING]: slow\r\n50 %\r`],
  ['a pause that was answered', `${banner}[wait]\r\ngo on?:\r\nok: [h1]\r\n`],
  ['a pause for a time', `${banner}Pausing for 60 seconds\r\n[wait]\r\nenough?:\r\n`],
])('a prompt behind an engine is not %s', (_, tail) => {
  expect(relayedPrompt(tail)).toBeUndefined();
});
