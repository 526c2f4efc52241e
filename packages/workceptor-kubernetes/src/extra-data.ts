import { isJsonObject, type JsonValue } from '@receptorjs/control-protocol';
import type { UnitSecrets } from '@receptorjs/workceptor';

/** What a unit remembers: the keys of the original, then those that are ours. Its status shows the original's alone. */
export interface KubeData {
  readonly Image: string;
  readonly Command: string;
  readonly Params: string;
  readonly KubeNamespace: string;
  /** Content of a kubeconfig that came with the submission; in clear in memory and in what the original has left, sealed on disk. */
  readonly KubeConfig: string;
  /** Content of a manifest; as `KubeConfig`. */
  readonly KubePod: string;
  /** Stored before the pod is asked for, so that it is found again whatever happens. */
  readonly PodName: string;
  /** `KubeConfig` and `KubePod`, sealed. */
  readonly Sealed?: string | undefined;
  /** Present once the pod is there: another one of the same name is not ours. */
  readonly PodUID?: string | undefined;
  /** Label of the data directory that the pod has. */
  readonly DataId?: string | undefined;
  /** Its streams are a connection, which ends with the daemon. */
  readonly ViaTcp?: boolean | undefined;
  /** None of its stdin has been sent: whoever comes next can still send it. */
  readonly StdinUnsent?: boolean | undefined;
  /** The `pod_pending_timeout` in milliseconds. */
  readonly PendingTimeoutMs?: number | undefined;
  /** Present while stdout comes by a spool in the pod; `taken` once all of it is here. */
  readonly Spool?: 'on' | 'taken' | undefined;
  /** The first byte of stdout behind which some of it was lost. */
  readonly LostAt?: number | undefined;
  /** What is said of output that the spool has not: its worker may have been let go of. */
  readonly OutputLost?: string | undefined;
  /** The pod is to be deleted, which may not have been done yet. */
  readonly Removing?: 'cancel' | 'release' | 'end' | undefined;
}

const none: KubeData = {
  Image: '',
  Command: '',
  Params: '',
  KubeNamespace: '',
  KubeConfig: '',
  KubePod: '',
  PodName: '',
};

/** The data of a unit as it stands in its status, whoever has written it. What has another form counts as absent. */
export function parseKubeData(value: JsonValue): KubeData {
  if (!isJsonObject(value)) return none;
  const text = (name: string): string => (typeof value[name] === 'string' ? value[name] : '');
  const removing = text('Removing');
  const spool = text('Spool');
  return {
    Image: text('Image'),
    Command: text('Command'),
    Params: text('Params'),
    KubeNamespace: text('KubeNamespace'),
    KubeConfig: text('KubeConfig'),
    KubePod: text('KubePod'),
    PodName: text('PodName'),
    Sealed: text('Sealed') || undefined,
    PodUID: text('PodUID') || undefined,
    DataId: text('DataId') || undefined,
    ViaTcp: value['ViaTcp'] === true ? true : undefined,
    StdinUnsent: value['StdinUnsent'] === true ? true : undefined,
    PendingTimeoutMs: count(value['PendingTimeoutMs']),
    Spool: spool === 'on' || spool === 'taken' ? spool : undefined,
    LostAt: count(value['LostAt']),
    OutputLost: text('OutputLost') || undefined,
    Removing:
      removing === 'cancel' || removing === 'release' || removing === 'end' ? removing : undefined,
  };
}

/** A number of 0 or more that is whole. */
function count(value: JsonValue | undefined): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0
    ? number
    : undefined;
}

/** The data as JSON; what is absent is left out. */
export function extraData(data: KubeData): JsonValue {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}

/** The original's keys, without what logs in somewhere or may: for a status as shown. */
export function shownData(data: KubeData): JsonValue {
  const { Image, Command, Params, KubeNamespace, PodName } = data;
  return { Image, Command, Params, KubeNamespace, KubeConfig: '', KubePod: '', PodName };
}

/** With what is secret sealed; the same object when nothing is in clear. */
export function sealed(data: KubeData, workType: string, secrets: UnitSecrets): KubeData {
  const { KubeConfig, KubePod } = data;
  if (KubeConfig === '' && KubePod === '') return data;
  const Sealed = secrets.seal(['kubernetes', workType], { KubeConfig, KubePod });
  return { ...data, KubeConfig: '', KubePod: '', Sealed };
}

/**
 * With what is secret in clear.
 *
 * @throws {WorkError} `start-failed` when the node's key is gone, or is not the one it was sealed with
 */
export function opened(data: KubeData, workType: string, secrets: UnitSecrets): KubeData {
  if (data.Sealed === undefined) return data;
  const what = 'its kubeconfig and its pod';
  const { KubeConfig = '', KubePod = '' } = secrets.open(
    ['kubernetes', workType],
    data.Sealed,
    what,
  );
  return { ...data, KubeConfig, KubePod };
}
