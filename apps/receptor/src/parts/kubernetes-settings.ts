import type { Action } from '@receptorjs/receptor-config';
import type { RequestLimits } from '@receptorjs/workceptor-kubernetes';

/** How clusters are asked, and what of that is left out: sentences for the log. */
export interface KubernetesSettings {
  readonly limits: RequestLimits;
  readonly ignored: readonly string[];
}

/**
 * How many requests go to a cluster: as `node` says, or as the original's variables do. What is no number counts as not given, as
 * there.
 */
export function kubernetesSettings(
  actions: readonly Action[],
  env: Readonly<Record<string, string | undefined>>,
): KubernetesSettings {
  const node = actions.find((each) => each.action === 'node')?.fields;
  const ignored: string[] = [];
  const count = (name: string, field: string | undefined, variable: string): number | undefined => {
    const text = field || env[variable];
    if (text === undefined || /^[+-]?\d{1,9}$/.test(text))
      return text === undefined ? undefined : Number(text);
    const where = field ? `${name} of node` : variable;
    ignored.push(`Invalid value for ${where}: ${text}. Ignoring; allowed is a whole number`);
    return undefined;
  };
  const limits = {
    qps: count(
      'receptorkubeclientsetqps',
      node?.receptorkubeclientsetqps,
      'RECEPTOR_KUBE_CLIENTSET_QPS',
    ),
    burst: count(
      'receptorkubeclientsetburst',
      node?.receptorkubeclientsetburst,
      'RECEPTOR_KUBE_CLIENTSET_BURST',
    ),
    rateLimiter:
      node?.receptorkubeclientsetratelimiter || env['RECEPTOR_KUBE_CLIENTSET_RATE_LIMITER'],
  };
  const reconnect = node?.receptorkubesupportreconnect || env['RECEPTOR_KUBE_SUPPORT_RECONNECT'];
  if (reconnect !== undefined && reconnect !== 'enabled' && reconnect !== 'auto') {
    ignored.push(
      `RECEPTOR_KUBE_SUPPORT_RECONNECT is ${reconnect}, which is not followed: the log of a pod is read on wherever its stream was cut`,
    );
  }
  return { limits, ignored };
}
