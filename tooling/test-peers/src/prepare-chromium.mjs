// What the tests of the pages need, where it can be had; never fails.
import { execFileSync } from 'node:child_process';
import { findChromium } from './chromium.mjs';

try {
  try {
    findChromium();
  } catch (error) {
    // where machines are there for tests alone, lists of packages may be read anew
    if (process.env.CI !== 'true') throw error;
    execFileSync('apt-get', ['update'], { stdio: 'pipe' });
    findChromium();
  }
} catch (error) {
  console.error(`  no browser for tests: ${String(error)}`);
}
