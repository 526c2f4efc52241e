export { kubernetes, skipsWithoutKubernetes } from './availability.mjs';
export { startCluster } from './start-cluster.mjs';
export { Cluster } from './cluster.mjs';
export { busyboxImage } from './images.mjs';
export { FaultProxy } from './fault-proxy.mjs';
export { startKubernetes } from './start-kubernetes.mjs';
