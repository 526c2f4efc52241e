import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import {
  callback,
  flag,
  optional,
  text,
  validateArgument,
  validateOptions,
} from '@receptorjs/validation';
import { ConfigError, throwing } from '../errors.js';
import type { Report } from '../errors.js';
import type { Item } from './items.js';
import { limits } from './limits.js';
import { readListForm, reported } from './list-form.js';
import { readMapForm, saysVersion2 } from './map-form.js';
import { YamlDocument } from './yaml-document.js';

/** How a configuration file is read. */
export interface FileOptions {
  /** The file must have the v2 form; otherwise its `version` decides. */
  readonly v2?: boolean;
  /** Takes each mistake; without it the first one is thrown. */
  readonly report?: Report;
}

const unreadable = (path: string, cause: unknown): ConfigError => {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  const from = isAbsolute(path) ? '' : ` (relative to ${process.cwd()})`;
  const why = code === 'ENOENT' ? `no such file or directory${from}` : code;
  return new ConfigError('config-file', `error loading config file: open ${path}: ${why}`, {
    cause,
    origin: { file: path, line: 1, column: 1 },
    plain: why,
  });
};

/**
 * The files that `--config PATH` stands for: the file itself or, of a folder, its files that end in `.yml`, `.yaml` or
 * `.conf`, by name in the order of their code units. Hidden files and folders inside it are passed over.
 *
 * @throws {ConfigError} `config-file` when the path cannot be read, or a folder holds no such file
 */
export function configFiles(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path, { withFileTypes: true })
      .filter(({ name }) => /^[^.].*\.(?:yml|yaml|conf)$/s.test(name))
      .map(({ name }) => join(path, name))
      .filter((file) => !statSync(file).isDirectory())
      .sort();
    if (names.length > 0) return names;
  } catch (cause) {
    throw unreadable(path, cause);
  }
  throw new ConfigError(
    'config-file',
    `error loading config file: ${path}: the folder holds no .yml, .yaml or .conf file`,
    { origin: { file: path, line: 1, column: 1 }, plain: 'no .yml, .yaml or .conf file in it' },
  );
}

/**
 * Reads one configuration file.
 *
 * @throws {ConfigError} `config-file` when it cannot be read, is larger than {@link limits} allow or has another form
 */
export function readConfigFile(path: string, options: FileOptions = {}): Item[] {
  let source: string;
  try {
    // A FIFO or a device has no size to go by, hence the check of the text as well.
    if (statSync(path).size > limits.fileBytes) {
      throw Object.assign(new Error(path), { code: `longer than ${limits.fileBytes} bytes` });
    }
    source = readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return parseConfigFile(source, path, options);
}

/**
 * Reads the text of a configuration file, of the list form or the v2 form. The latter is known by its key `version`.
 *
 * @param source YAML; numbers and booleans as YAML 1.1 has them (`0660` is octal, `yes` is true)
 * @param path its name, for messages
 * @throws {ConfigError} at the first mistake when there is no `report`
 */
export function parseConfigFile(source: string, path: string, options: FileOptions = {}): Item[] {
  validateArgument('parseConfigFile', 'source', source, text);
  validateArgument('parseConfigFile', 'path', path, text);
  validateOptions<FileOptions>('parseConfigFile', options, {
    v2: optional(flag),
    report: optional(callback),
  });
  const { report = throwing, v2 = false } = options;
  return reported(
    () => {
      const document = new YamlDocument(source, path, report);
      return v2 || saysVersion2(document)
        ? readMapForm(document, report)
        : readListForm(document, report);
    },
    report,
    [],
  );
}
