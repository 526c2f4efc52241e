// Owns a cluster until it is killed, for tests: tells its parent the kubeconfig.
import { startCluster } from './start-cluster.mjs';

const cluster = await startCluster({ waitMs: Number(process.argv[2]) });
process.send?.(cluster.kubeconfig);
