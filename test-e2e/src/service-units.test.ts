import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, root } from './mesh.js';

const units = join(root, 'apps', 'receptor', 'systemd');
const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const hasAnalyze = has('systemd-analyze') && has('systemd-sysusers');
if (!hasAnalyze) console.warn('skipped: service units, because systemd-analyze is not here');

describe.skipIf(!hasAnalyze)('the service units of the daemon', () => {
  let folder: string;
  let unit: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'units-'));
    unit = join(folder, 'receptor.service');
    const text = readFileSync(join(units, 'receptor.service'), 'utf8');
    // verify looks for the program, and for the user's group
    writeFileSync(unit, text.replace('/usr/bin/receptor ', `${bin('receptor')} `));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const verify = () =>
    spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });

  it('are accepted by systemd-analyze verify, with the drop-in for routing alone too', () => {
    expect(verify()).toMatchObject({ status: 0, stderr: '' });
    cpSync(join(units, 'receptor.service.d'), join(folder, 'receptor.service.d'), {
      recursive: true,
    });
    expect(verify()).toMatchObject({ status: 0, stderr: '' });
  });

  it('leave little open where no jobs run', () => {
    const whole = join(folder, 'receptor-routing.service');
    const dropIn = readFileSync(join(units, 'receptor.service.d', 'routing-only.conf'), 'utf8');
    const text = readFileSync(unit, 'utf8').replace('[Install]', `${dropIn}\n[Install]`);
    writeFileSync(whole, text);
    const args = ['security', '--offline=true', '--json=short', '--no-pager', whole];
    const threshold = ['--threshold=25'];
    const { status, stdout } = spawnSync('systemd-analyze', [...args, ...threshold], {
      encoding: 'utf8',
    });
    expect(status, stdout).toBe(0);
  });

  it('make the user and the folder that the service has', () => {
    const image = join(folder, 'image');
    mkdirSync(join(image, 'etc'), { recursive: true });
    const sysusers = join(units, 'receptor.sysusers.conf');
    execFileSync('systemd-sysusers', [`--root=${image}`, sysusers], { stdio: 'pipe' });
    expect(readFileSync(join(image, 'etc', 'passwd'), 'utf8')).toMatch(
      /^receptor:x:\d+:\d+:Receptor mesh node:\/var\/lib\/receptor:/m,
    );
    const tmpfiles = join(units, 'receptor.tmpfiles.conf');
    execFileSync('systemd-tmpfiles', [`--root=${image}`, '--create', tmpfiles], { stdio: 'pipe' });
    expect(() => execFileSync('stat', [join(image, 'etc', 'receptor')])).not.toThrow();
  });
});
