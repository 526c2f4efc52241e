import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkImport, checkLayers, importsOf, layers } from './layers.mjs';

describe('checkImport', () => {
  it('lets a package import what stands below it', () => {
    expect(checkImport('netceptor-streams', '@receptorjs/netceptor')).toBeUndefined();
    expect(checkImport('receptor', '@receptorjs/workceptor')).toBeUndefined();
  });
  it('refuses imports upwards and inside a layer', () => {
    expect(checkImport('netceptor', '@receptorjs/netceptor-streams')).toMatch(/downwards only/);
    expect(checkImport('workceptor', '@receptorjs/control-service')).toMatch(/downwards only/);
  });
  it('refuses to reach into another package', () => {
    expect(checkImport('runner-events-http', '@receptorjs/runner-events/testing')).toBeUndefined();
    expect(checkImport('control-service', '@receptorjs/certificates/sockets')).toBeUndefined();
    expect(checkImport('workceptor', '@receptorjs/control-client/internal')).toBeUndefined();
    expect(checkImport('receptor', '@receptorjs/netceptor/src/codec.js')).toMatch(/reaches into/);
    expect(
      checkImport('receptor', '../../../packages/netceptor/src/codec.js', 'src/cli.ts'),
    ).toMatch(/leaves the package/);
    expect(checkImport('receptor', '../package.json', 'src/cli.ts')).toBeUndefined();
  });
  it('keeps the mesh out of the runner', () => {
    expect(checkImport('runner-streaming', '@receptorjs/netceptor')).toMatch(
      /must not know the mesh/,
    );
  });
  it('keeps tools out of what is published', () => {
    const tool = '@receptorjs/tooling-test-peers';
    expect(checkImport('netceptor', tool, 'src/shell/mesh-node.ts')).toMatch(/only tests/);
    for (const file of ['src/shell/ping.test.ts', 'src/test-go.ts', 'src/testing/mesh.ts'])
      expect(checkImport('netceptor', tool, file)).toBeUndefined();
  });
  it('names packages it does not know', () => {
    expect(checkImport('receptor', '@receptorjs/nonesuch')).toMatch(/no package of this workspace/);
  });
  it('puts every package in one layer only', () => {
    const all = layers.flat();
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('checkLayers', () => {
  it('wants one version exactly of what is imported without a promise', () => {
    const folder = mkdtempSync(join(tmpdir(), 'layers-'));
    const write = (/** @type {string} */ range) => {
      const at = join(folder, 'packages', 'workceptor');
      mkdirSync(join(at, 'src'), { recursive: true });
      const dependencies = { '@receptorjs/control-client': range };
      writeFileSync(join(at, 'package.json'), JSON.stringify({ name: 'workceptor', dependencies }));
      const text = "import { Backoff } from '@receptorjs/control-client/internal';\n";
      writeFileSync(join(at, 'src', 'backoff.ts'), text);
      return checkLayers(folder);
    };
    expect(write('workspace:^')).toEqual([
      "packages/workceptor/package.json: '@receptorjs/control-client/internal' is imported: the dependency must be 'workspace:*', one version exactly",
    ]);
    expect(write('workspace:*')).toEqual([]);
    rmSync(folder, { recursive: true });
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
