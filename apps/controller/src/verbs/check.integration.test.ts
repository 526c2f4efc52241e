import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openController } from '../composition.js';
import { ReceptorNode } from '../engine/receptor-node.js';
import { isMissing, root } from '../test-controller.js';
import { check } from './check.js';
import { createAdmin } from './create-admin.js';

/** The database in WebAssembly takes some seconds to start, several times. */
const PATIENCE_MS = 240_000;
const env = { CONTROLLER_ADMIN_PASSWORD: 'correct horse battery staple' };

/** The programs of the clone are found as if they were installed. */
const PATH = [join(root, 'bin'), process.env['PATH']].join(delimiter);

let dataDir: string;
let said: string[];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'controller-check-'));
  said = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => said.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dataDir, { recursive: true, force: true });
});

it.skipIf(isMissing())(
  'asks the node of the controller whom it reaches, where that runs',
  async () => {
    await createAdmin(dataDir, 'root', env);
    await check({ dataDir }, env);
    expect(said).toContain('ok      mesh: no node runs; the controller starts its own');
    const nowhere = `unix:${join(dataDir, 'nowhere.sock')}`;
    await expect(check({ dataDir, receptor: nowhere }, env)).rejects.toThrow('1 of 5');
    expect(said.find((line) => line.startsWith('failed'))).toMatch(/^failed {2}mesh: .*nowhere/);
    const node = await ReceptorNode.start(dataDir, 'here', { env: { ...process.env, PATH } });
    try {
      await check({ dataDir }, env);
      expect(said).toContain('ok      mesh: here answers, and reaches 1 nodes, itself among them');
      const { storage } = await openController(dataDir, env);
      const row = { hostname: 'gone', node_type: 'execution', node_state: 'ready' } as const;
      await storage.database.insertInto('instances').values(row).execute();
      await storage.close();
      await expect(check({ dataDir }, env)).rejects.toThrow('1 of 5 checks failed');
      expect(said).toContain('failed  mesh: here does not reach gone');
    } finally {
      await node.stop();
    }
  },
  PATIENCE_MS,
);
