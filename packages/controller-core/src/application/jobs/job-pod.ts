import { podManifest } from '../../domain/pod-manifest.js';
import type { ClusterLogin, JobPod } from '../../ports/mesh.js';
import type { UnifiedJob } from '../../ports/records/jobs.js';
import type { PodMaterials, UsableCredential } from '../../ports/run-materials.js';

/**
 * The pod of a job, and how its cluster is entered.
 *
 * @throws {DomainError} `no-image`, `not-a-pod`
 * @throws {Error} for a credential without the address of a cluster or its token
 */
export function jobPod(
  { id: jobId }: Pick<UnifiedJob, 'id'>,
  installUuid: string,
  { override, credential, image }: PodMaterials,
): JobPod {
  const manifest = podManifest({ jobId, installUuid, image, override });
  return { manifest, login: credential && loginOf(credential) };
}

function loginOf({ inputs }: UsableCredential): ClusterLogin {
  const { host, bearer_token: token, verify_ssl: verifySsl, ssl_ca_cert: caCertificates } = inputs;
  if (!isText(host)) throw new Error('the credential of its container group names no cluster');
  if (!isText(token)) throw new Error('the credential of its container group has no bearer token');
  return {
    host,
    token,
    verifySsl: verifySsl !== false,
    caCertificates: isText(caCertificates) ? caCertificates : undefined,
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
