// `npm run audit:wasm`: advisories, licences, duplicates and origins of the crates, by cargo-deny and rust/deny.toml;
// advisories alone where there is only cargo-audit. Says so where neither is installed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { missingCrates, upstream } from './crates.mjs';
import { missingToolchain, output, rust, toolchainEnv } from './toolchain.mjs';

/** Runs a subcommand of cargo in sight. */
function show(/** @type {string[]} */ ...args) {
  console.log(`\ncargo ${args.join(' ')}`);
  const { status } = spawnSync('cargo', args, { cwd: rust, env: toolchainEnv, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

function audit() {
  // An advisory names crates as published, which the patched one is not: upstream/ names that.
  if (output('cargo-deny', ['--version']) !== undefined) {
    const config = ['--locked', '--config', 'deny.toml'];
    show('deny', '--manifest-path', 'Cargo.toml', ...config, 'check');
    show('deny', '--manifest-path', upstream, ...config, 'check', 'advisories');
  } else if (output('cargo-audit', ['audit', '--version']) !== undefined) {
    show('audit');
    show('audit', '--file', join('upstream', 'Cargo.lock'));
  } else {
    console.log(
      'not done: neither cargo-deny nor cargo-audit is installed here; try `cargo install --locked cargo-deny`',
    );
  }
}

const missing = missingToolchain() ?? missingCrates();
if (missing === undefined) audit();
else console.log(`not done: ${missing}`);
