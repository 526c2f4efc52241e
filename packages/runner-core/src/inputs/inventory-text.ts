import { isIPv6 } from 'node:net';
import { ConfigurationError } from '../errors.js';

/** What a text is as an inventory, when it names nothing that exists. */
export type InventoryText =
  /** Hosts between commas. */
  | { readonly form: 'hosts'; readonly hosts: readonly string[] }
  /** One word without a comma: a host, or the name of something that the job sees and this process does not. */
  | { readonly form: 'word'; readonly word: string }
  /** What an inventory file holds: INI, YAML or JSON, of one line or many. */
  | { readonly form: 'content'; readonly content: string };

/**
 * Tells the forms of an inventory text apart. It is a list of hosts only when each part between commas is one word that can be
 * a host; blanks around the parts are passed over. Whether it names something that exists is asked before.
 *
 * @throws {ConfigurationError} for a text without anything in it, and for paths between commas, which Ansible would take for hosts.
 */
export function readInventoryText(text: string): InventoryText {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0)
    throw new ConfigurationError(
      `The inventory ${JSON.stringify(text)} is empty; name a file, hosts such as "a,b", or give the text of an inventory.`,
    );
  const [only = ''] = parts;
  if (!text.includes(','))
    return isHostWord(only) ? { form: 'word', word: only } : { form: 'content', content: text };
  if (parts.every((part) => isHostWord(part))) {
    const path = parts.find((part) => part.includes('/'));
    if (path !== undefined)
      throw new ConfigurationError(
        `The inventory ${JSON.stringify(text)} names ${path}, which is no host; give several inventories as a list.`,
      );
    return { form: 'hosts', hosts: parts };
  }
  if (parts.every((part) => isHostWord(part) || RANGE.test(part)))
    // Ansible knows ranges in files only, and only one host, or range, a line.
    return { form: 'content', content: `${parts.join('\n')}\n` };
  return { form: 'content', content: text };
}

/** A word that is no part of INI, YAML or JSON; comments, options and sections begin otherwise. */
const WORD = /^(?![-#;])[^\s='"{}[\]<>]+(?<!:)$/;
/** An IPv6 address, with a port behind it perhaps. */
const ADDRESS = /^\[([^\]]+)\](?::\d+)?$/;
const RANGE = /^[\w.-]+(?:\[\w+:\w+(?::\d+)?\][\w.-]*)+$/;

function isHostWord(part: string): boolean {
  return WORD.test(part) || isIPv6(ADDRESS.exec(part)?.[1] ?? '');
}

/** What no host's name has. */
const OF_FILES = /\/|\.(?:ya?ml|json|ini|cfg|toml)$/i;

/** Whether a word is the name of a file rather than of a host. */
export function namesFile(word: string): boolean {
  return OF_FILES.test(word);
}
