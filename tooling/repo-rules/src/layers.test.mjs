import { describe, expect, it } from 'vitest';
import { importsOf, judgeImport, layers } from './layers.mjs';

describe('judgeImport', () => {
  it('lets a package import what stands below it', () => {
    expect(judgeImport('netceptor-streams', '@receptorjs/netceptor')).toBeUndefined();
    expect(judgeImport('receptor', '@receptorjs/workceptor')).toBeUndefined();
  });
  it('refuses imports upwards and inside a layer', () => {
    expect(judgeImport('netceptor', '@receptorjs/netceptor-streams')).toMatch(/downwards only/);
    expect(judgeImport('workceptor', '@receptorjs/control-service')).toMatch(/downwards only/);
  });
  it('refuses to reach into another package', () => {
    expect(judgeImport('runner-events-http', '@receptorjs/runner-events/testing')).toBeUndefined();
    expect(judgeImport('control-service', '@receptorjs/certificates/sockets')).toBeUndefined();
    expect(judgeImport('receptor', '@receptorjs/netceptor/src/codec.js')).toMatch(/reaches into/);
    expect(
      judgeImport('receptor', '../../../packages/netceptor/src/codec.js', 'src/cli.ts'),
    ).toMatch(/leaves the package/);
    expect(judgeImport('receptor', '../package.json', 'src/cli.ts')).toBeUndefined();
  });
  it('keeps the mesh out of the runner', () => {
    expect(judgeImport('runner-streaming', '@receptorjs/netceptor')).toMatch(
      /must not know the mesh/,
    );
  });
  it('names packages it does not know', () => {
    expect(judgeImport('receptor', '@receptorjs/nonesuch')).toMatch(/no package of this workspace/);
  });
  it('puts every package in one layer only', () => {
    const all = layers.flat();
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('importsOf', () => {
  it('finds static, type, side-effect and dynamic imports and re-exports, but none in comments', () => {
    const source = `
      import a, { b } from 'one';
      import type { C } from "two";
      import 'three';
      export { d } from 'four';
      const e = await import('five');
      // import x from 'six'
      /* import y from 'seven' */
    `;
    expect(importsOf(source)).toEqual(['one', 'two', 'three', 'four', 'five']);
  });
});
