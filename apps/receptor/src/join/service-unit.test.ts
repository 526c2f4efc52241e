import { expect, it } from 'vitest';
import { serviceUnit } from './service-unit.js';

it('the unit runs the command, by its account where there is one', () => {
  const words = ['/usr/bin/node', '/opt/a b/50%/cli.js', '--config', '/etc/receptor.conf'];
  const unit = serviceUnit({ words, dataDir: '/d', account: 'receptor' });
  expect(unit).toContain(
    'ExecStart="/usr/bin/node" "/opt/a b/50%%/cli.js" "--config" "/etc/receptor.conf"\n',
  );
  expect(unit).toContain('User=receptor\nGroup=receptor\n');
  expect(serviceUnit({ words, dataDir: '/d' })).not.toContain('User=');
});
