import { configure, fieldsOf } from '@receptorjs/receptor-config';
import { expect, it } from 'vitest';
import { hostAndPortOf, listenAddress, listenPlace } from './addresses.js';

const listener = (...words: string[]): { host?: string; port: number }[] => {
  const configuration = configure(['--node', 'id=a', '--tcp-listener', ...words]);
  const actions = configuration.help ? [] : configuration.actions;
  return fieldsOf(actions, 'tcp-listener').map(({ bindaddr, port }) => listenPlace(bindaddr, port));
};

it('nothing, and what is the default of the original, are every address of both families', () => {
  for (const bindaddr of [[], ['bindaddr=0.0.0.0'], ['bindaddr=::'], ['bindaddr=']]) {
    expect(listener('port=2222', ...bindaddr)).toEqual([{ port: 2222 }]);
  }
  for (const text of ['2222', ':2222', '0.0.0.0:2222', '[::]:2222']) {
    expect(listenAddress(text)).toEqual({ port: 2222 });
  }
});

it('other addresses stay what they say', () => {
  expect(listener('port=1', 'bindaddr=127.0.0.1')).toEqual([{ host: '127.0.0.1', port: 1 }]);
  expect(listener('port=1', 'bindaddr=::1')).toEqual([{ host: '::1', port: 1 }]);
  expect(listenAddress('[::1]:2')).toEqual({ host: '::1', port: 2 });
});

it('nobody is dialed at every address', () => {
  expect(hostAndPortOf(':2222')).toEqual({ host: 'localhost', port: 2222 });
  expect(hostAndPortOf('h:2222')).toEqual({ host: 'h', port: 2222 });
});
