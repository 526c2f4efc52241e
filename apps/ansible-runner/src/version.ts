import manifest from '../package.json' with { type: 'json' };

/** Version of this command line. */
export const version: string = manifest.version;
