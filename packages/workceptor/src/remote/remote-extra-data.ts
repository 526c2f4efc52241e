import { isJsonObject, type JsonValue, type WorkSubmission } from '@receptorjs/control-protocol';

/** What a remote unit remembers, in the form of the status file. */
export type RemoteData = {
  readonly RemoteNode: string;
  readonly RemoteWorkType: string;
  readonly RemoteParams: Readonly<Record<string, string>>;
  /** The secret ones of them, which no status file has in clear; gone as soon as the other node has the job. */
  readonly SealedParams?: string | undefined;
  /** ID on the other node; empty until it is known. */
  readonly RemoteUnitID: string;
  /** Whether the other node has confirmed that the unit has its whole stdin. */
  readonly RemoteStarted: boolean;
  readonly LocalCancelled: boolean;
  readonly LocalReleased: boolean;
  readonly SignWork: boolean;
  readonly TLSClient: string;
  /** RFC 3339; the year 1 stands for never. */
  readonly Expiration: string;
};

const never = '0001-01-01T00:00:00Z';

/** The data of a new remote unit, its keys in the order of the status file. */
export function remoteExtraData(
  submission: WorkSubmission,
  expiration: Date | undefined,
): RemoteData {
  return {
    RemoteNode: submission.node,
    RemoteWorkType: submission.workType,
    RemoteParams: submission.params,
    RemoteUnitID: '',
    RemoteStarted: false,
    LocalCancelled: false,
    LocalReleased: false,
    SignWork: submission.signWork,
    TLSClient: submission.tlsClient ?? '',
    Expiration: expiration?.toISOString() ?? never,
  };
}

/** Reads the data back; what is missing or of another type takes its empty value. */
export function parseRemoteData(value: JsonValue): RemoteData {
  const data = isJsonObject(value) ? value : {};
  const text = (key: string): string => {
    const field = data[key];
    return typeof field === 'string' ? field : '';
  };
  const params = data['RemoteParams'];
  const sealed = text('SealedParams');
  return {
    RemoteNode: text('RemoteNode'),
    RemoteWorkType: text('RemoteWorkType'),
    RemoteParams: Object.fromEntries(
      Object.entries(isJsonObject(params) ? params : {}).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    ),
    RemoteUnitID: text('RemoteUnitID'),
    RemoteStarted: data['RemoteStarted'] === true,
    LocalCancelled: data['LocalCancelled'] === true,
    LocalReleased: data['LocalReleased'] === true,
    SignWork: data['SignWork'] === true,
    TLSClient: text('TLSClient'),
    Expiration: text('Expiration'),
    SealedParams: sealed === '' ? undefined : sealed,
  };
}

/** When the unit expires unless it has started, in milliseconds since 1970; `undefined` for never. */
export function expirationMs({ Expiration }: RemoteData): number | undefined {
  const ms = Date.parse(Expiration);
  return Number.isNaN(ms) || Expiration.startsWith('0001-') ? undefined : ms;
}
