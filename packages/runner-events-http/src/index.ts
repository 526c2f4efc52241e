/**
 * Event plugin of the runner: posts each status and event as JSON to a web server. Install it beside the runner, and set where to
 * send in `env/settings` of the private data dir:
 *
 * ```yaml
 * runner_http_url: https://events.example.org/ansible
 * runner_http_headers: { Authorization: Bearer 6f1d... }
 * ```
 *
 * | Setting | Meaning |
 * | --- | --- |
 * | `runner_http_url` | Where to post. A path of a unix socket sends there. User and password in it are sent as basic authentication. |
 * | `runner_http_path` | Path of the request when the URL is a unix socket. Default `/`. Without meaning otherwise. |
 * | `runner_http_headers` | Mapping of further headers. |
 * | `runner_http_ca_file` | File with the certificates (PEM) to trust instead of the system's. |
 * | `runner_http_cert_file`, `runner_http_key_file` | Files with the certificate and key (PEM) to show to the server. |
 * | `runner_http_verify` | `false`: any certificate will do. Default `true`. |
 * | `runner_http_timeout_seconds` | How long one post may take. Default 30. |
 * | `runner_http_drain_seconds` | How long the end of a run waits for what is not delivered yet. Default 5, at most 600. |
 * | `runner_http_spool_bytes` | How much may wait on disk. Default 268435456; 0: nothing goes to disk. |
 *
 * All but the headers may come as environment variables of the runner, such as `RUNNER_HTTP_URL`, which win over the settings.
 *
 * Posts follow each other over one connection, each when the one before was answered. `2xx` means taken. `408`, `425`,
 * `429` and `5xx`, and no answer at all, are tried again with a growing wait. Any other answer means that the server will never
 * take this message: it is counted and the next one is sent. Redirections are not followed. The header
 * `Idempotency-Key` holds the message's id, `"<ident>/<counter>-<uuid>"` for events; a server that has seen it has seen the message.
 *
 * A program hands the plugin to a run:
 *
 * ```ts
 * import { run } from '@receptorjs/runner-core';
 * import http from '@receptorjs/runner-events-http';
 *
 * const settings = { runner_http_url: 'http://127.0.0.1:8080/' };
 * const result = await run({ privateDataDir: 'demo', playbook: 'site.yml', settings, plugins: [http] });
 * console.log(result.deliveries);
 * ```
 *
 * @packageDocumentation
 */
export { httpPlugin as default } from './http-plugin.js';
