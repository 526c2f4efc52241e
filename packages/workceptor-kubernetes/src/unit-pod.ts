import type { UnitSecrets } from '@receptorjs/workceptor';
import type { Selector } from './cluster/cluster-api.js';
import { ClusterLogin, type LoginSource } from './cluster/login.js';
import { opened, type KubeData } from './extra-data.js';
import type { KubernetesType } from './kubernetes-type.js';
import { podOf, type PodRequest } from './pod/manifest.js';
import { labelValue, ownerLabels, UNIT_LABEL } from './pod/pod-name.js';

/** Whose pod it is. */
export interface UnitPodOptions {
  readonly unitId: string;
  readonly type: KubernetesType;
  readonly nodeId: string;
  readonly secrets: UnitSecrets;
  /** What the unit remembers now. */
  readonly data: () => KubeData;
}

/** What the pod of a unit is to be, where, and by whose login: by its type and what was submitted. */
export class UnitPod {
  constructor(private readonly options: UnitPodOptions) {}

  /**
   * The original can leave none.
   *
   * @throws {KubernetesError} `bad-config`; {WorkError} `start-failed`
   */
  get namespace(): string {
    return this.options.data().KubeNamespace || new ClusterLogin(this.login).namespace;
  }

  /** Of all pods of this node's units. */
  get labels(): Readonly<Record<string, string>> {
    const { nodeId, secrets } = this.options;
    return ownerLabels({ nodeId, dataId: secrets.dataId() });
  }

  /** Whether it was made by the original, and has no label, or from another data directory, and has another. */
  get isForeign(): boolean {
    const { PodName, DataId } = this.options.data();
    return PodName !== '' && DataId !== this.options.secrets.dataId();
  }

  /** Of the pods that are watched with it. */
  get selector(): Selector {
    if (this.isForeign) return { fieldSelector: `metadata.name=${this.options.data().PodName}` };
    const parts = Object.entries(this.labels).map(([name, value]) => `${name}=${value}`);
    return { labelSelector: parts.join(',') };
  }

  /** @throws {WorkError} `start-failed` */
  get login(): LoginSource {
    const { type } = this.options;
    const { KubeConfig } = this.#opened();
    if (KubeConfig !== '') return { kind: 'text', text: KubeConfig };
    if (type.authMethod === 'incluster') return { kind: 'incluster' };
    return { kind: 'file', path: type.kubeConfig || undefined };
  }

  /**
   * The pod.
   *
   * @param env of its worker, besides
   * @throws {KubernetesError} `bad-config`; {WorkError} `start-failed`
   */
  request(env?: Readonly<Record<string, string>>): PodRequest {
    const { workType } = this.options.type;
    const labels = { ...this.labels, [UNIT_LABEL]: labelValue(this.options.unitId) };
    return podOf({ ...this.#opened(), KubeNamespace: this.namespace }, { workType, labels, env });
  }

  #opened(): KubeData {
    const { type, secrets, data } = this.options;
    return opened(data(), type.workType, secrets);
  }
}
