import type { Options } from 'tsup';

type Config = Options | Options[] | ((overrideOptions: Options) => Options | Options[]);

/** A library: one entry, declarations beside it, dependencies left to the installer. */
export function library(options?: Options): Config;

/** An app: `src/cli.ts` with everything but native modules bundled into `dist/`. */
export function app(options?: Options): Config;
