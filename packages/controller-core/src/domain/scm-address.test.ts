import { describe, expect, it } from 'vitest';
import {
  ARCHIVE_SCHEMES,
  readScmAddress,
  ScmHostRules,
  shownAddress,
  withStoredPassword,
} from './scm-address.js';

describe('the address of a project', () => {
  it.each([
    ['https://user:p%40ss@git.example.com/a.git', 'https://git.example.com/a.git', 'user', 'p@ss'],
    ['ssh://git@git.example.com:2222/a.git', 'ssh://git@git.example.com:2222/a.git', 'git', ''],
    ['git@git.example.com:a/b.git', 'git@git.example.com:a/b.git', 'git', ''],
    ['git://git.example.com/a', 'git://git.example.com/a', '', ''],
  ])('%s is %s, its secrets apart', (text, url, username, password) => {
    expect(readScmAddress(text)).toMatchObject({ url, username, password });
  });

  it.each([
    'file:///etc',
    '/etc',
    './x',
    '../x',
    'ext::sh -c id',
    '--upload-pack=id',
    'ssh://-oProxyCommand=id/x',
    'ssh://-l@host/x',
    'git@host:-x',
    'https://a/\nb',
    'ftp://host/x',
    'host:path',
    '',
  ])('%j is none', (text) => {
    expect(readScmAddress(text)).toBeTypeOf('string');
  });

  it('an archive comes by HTTP', () => {
    expect(readScmAddress('ssh://git@host/a.tar.gz', ARCHIVE_SCHEMES)).toBeTypeOf('string');
    expect(readScmAddress('git@host:a.tar.gz', ARCHIVE_SCHEMES)).toBeTypeOf('string');
    expect(readScmAddress('https://host/a.tar.gz', ARCHIVE_SCHEMES)).toMatchObject({
      host: 'host',
    });
  });

  it('is shown without its password, and keeps it when it comes back', () => {
    const stored = 'https://user:ses@me@git.example.com/a.git';
    const shown = shownAddress(stored);
    expect(shown).toBe('https://$encrypted$@git.example.com/a.git');
    expect(withStoredPassword(shown, stored)).toBe(stored);
    expect(shownAddress('git@host:a:b@c')).toBe('git@host:a:b@c');
    const other = 'https://$encrypted$@git.example.com:443/b.git';
    expect(withStoredPassword(other, stored)).toBe('https://user:ses@me@git.example.com:443/b.git');
  });

  it('by ssh keeps the name of its user', () => {
    const stored = 'ssh://git:sesame@git.example.com/a';
    expect(shownAddress(stored)).toBe('ssh://git:$encrypted$@git.example.com/a');
    expect(withStoredPassword(shownAddress(stored), stored)).toBe(stored);
  });

  it.each([
    'https://sesame@git.example.com/a',
    'https://sesame:@git.example.com/a',
    'https://sesame:x-oauth-basic@git.example.com/a',
    'https://x-access-token:sesame@git.example.com/a',
    'https://:sesame@git.example.com/a',
  ])('hides a token wherever it stands: %s', (stored) => {
    const shown = shownAddress(stored);
    expect(shown).toBe('https://$encrypted$@git.example.com/a');
    expect(withStoredPassword(shown, stored)).toBe(stored);
    expect(shownAddress('ssh://git@git.example.com/a')).toBe('ssh://git@git.example.com/a');
  });

  it.each([
    'https://$encrypted$@evil.example/a.git',
    'https://user:$encrypted$@git.example.com/a.git',
    'http://$encrypted$@git.example.com/a.git',
    'https://$encrypted$@git.example.com:8443/a.git',
    'https://$encrypted$@evil.example?@git.example.com/a.git',
    'https://$encrypted$@evil.example\\@git.example.com/a.git',
    'https://$encrypted$:typed@git.example.com/a.git',
    'https://a:$encrypted$b@git.example.com/a.git',
  ])('gives the stored password to no other machine or form: %s', (text) => {
    expect(withStoredPassword(text, 'https://user:sesame@git.example.com/a.git')).toBeUndefined();
  });
});

describe('machines that projects come from', () => {
  const anywhere = new ScmHostRules();
  it.each([
    'localhost',
    '127.0.0.1',
    '169.254.169.254',
    '::1',
    'fe80::1',
    '0.0.0.0',
    '::ffff:7f00:1',
  ])('%s is not among them unless it is named', (host) => {
    expect(anywhere.isAllowed(host)).toBe(false);
    expect(new ScmHostRules([host]).isAllowed(host)).toBe(true);
  });

  it('are those of the patterns, where there are any', () => {
    const rules = new ScmHostRules(['*.example.com', 'git.other.org']);
    expect(anywhere.isAllowed('github.com')).toBe(true);
    expect(rules.isAllowed('a.example.com')).toBe(true);
    expect(rules.isAllowed('example.com')).toBe(false);
    expect(rules.isAllowed('git.other.org.evil.net')).toBe(false);
  });
});
