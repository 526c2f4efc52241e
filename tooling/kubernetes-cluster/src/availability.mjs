import { existsSync } from 'node:fs';
import { onPath } from '@receptorjs/tooling-test-peers';
import { hyperkubePath } from './hyperkube.mjs';
import { findPrograms } from './programs.mjs';

/** Why no cluster can be started here, with what would change that; undefined where one can. */
export function whyNoCluster() {
  if (process.platform !== 'linux') return 'a Kubernetes cluster needs Linux';
  if (process.getuid?.() !== 0) return 'a Kubernetes cluster needs root';
  if (!existsSync(hyperkubePath()))
    return 'the programs of Kubernetes are not built: `npm run cluster -- --build` does that';
  try {
    findPrograms();
  } catch (error) {
    const [line] = String(error instanceof Error ? error.message : error).split('\n');
    return `programs that a Kubernetes cluster needs can't be had (${line})`;
  }
  return undefined;
}

const named = process.env.KUBECONFIG_E2E ?? '';

/** Why the cluster that is named can't be used; undefined where it can. */
function whyNotNamed() {
  if (!existsSync(named)) return `KUBECONFIG_E2E: there is no ${named}`;
  if (onPath('kubectl') === undefined) return 'KUBECONFIG_E2E needs kubectl, which is not on PATH';
  return undefined;
}

/** What brings another one. */
function whyNone() {
  const why = whyNoCluster();
  return why === undefined ? undefined : `${why}; or set KUBECONFIG_E2E to the kubeconfig of one`;
}

/** @type {import('./index.d.mts').kubernetes} */
export const kubernetes = {
  kubeconfig: named,
  get missing() {
    return skipped(named === '' ? whyNone() : whyNotNamed());
  },
  get missingControls() {
    return skipped(
      named === ''
        ? whyNoCluster()
        : "KUBECONFIG_E2E names a cluster, whose programs a test can't stop: unset it",
    );
  },
};

const skipped = (/** @type {string | undefined} */ why) =>
  why === undefined ? '' : `skipped: ${why}`;

/** @type {typeof import('./index.d.mts').skipsWithoutKubernetes} */
export function skipsWithoutKubernetes({ controls = false } = {}) {
  const why = controls ? kubernetes.missingControls : kubernetes.missing;
  if (why !== '') console.warn(why);
  return why !== '';
}
