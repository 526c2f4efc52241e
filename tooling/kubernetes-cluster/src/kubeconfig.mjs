/**
 * The text of a kubeconfig, JSON being YAML as well.
 *
 * @param {string} server URL
 * @param {string} ca PEM
 * @param {{ token: string } | { 'client-certificate-data': string, 'client-key-data': string }} user the data in Base64
 * @param {string} [namespace] default `default`
 */
export function kubeconfig(server, ca, user, namespace = 'default') {
  const data = Buffer.from(ca).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': data } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
    'current-context': 'test',
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
