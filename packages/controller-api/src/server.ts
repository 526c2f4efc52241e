import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { ActivityRecorder } from './activity/activity-recorder.js';
import type { ApiContext } from './api-context.js';
import { Authenticator, type Identity } from './authentication/authenticator.js';
import { checkCsrf, SESSION_COOKIE, type CookieOptions } from './authentication/csrf.js';
import { addLogin, giveCsrf } from './authentication/login-routes.js';
import { ResourceEditor } from './editing/resource-editor.js';
import type { ApiParts } from './endpoints/api-parts.js';
import { absentEndpoints } from './endpoints/absent-endpoints.js';
import { contentEndpoints } from './endpoints/content-endpoints.js';
import { addEndpoint, type RouteConfig } from './endpoints/endpoint.js';
import { instanceEndpoints } from './endpoints/instance-endpoints.js';
import { addJoin, joinTokenEndpoints } from './endpoints/join-endpoints.js';
import { Lister } from './endpoints/lister.js';
import { metricsEndpoint } from './endpoints/metrics-endpoint.js';
import { resourceEndpoints } from './endpoints/resource-endpoints.js';
import { addRoots } from './endpoints/root-endpoints.js';
import { factEndpoints } from './endpoints/fact-endpoints.js';
import { projectEndpoints } from './endpoints/project-endpoints.js';
import { runEndpoints } from './endpoints/run-endpoints.js';
import { addPing, stateEndpoints } from './endpoints/state-endpoints.js';
import { sublistEndpoints } from './endpoints/sublist-endpoints.js';
import { tokenEndpoints } from './endpoints/token-endpoints.js';
import { ApiError } from './errors/api-error.js';
import { addErrors, addJson, answerUnroutable } from './errors/error-handler.js';
import { adHocEndpoints } from './launching/ad-hoc-endpoints.js';
import { launchEndpoint } from './launching/launch-endpoint.js';
import { relaunchEndpoint } from './launching/relaunch-endpoint.js';
import { updateEndpoints } from './launching/update-endpoints.js';
import { addJobRun } from './live/job-run-endpoint.js';
import { Live } from './live/live.js';
import { addPages } from './pages/pages.js';
import { streamEndpoints } from './live/stream-endpoints.js';
import { addWebsocket } from './live/websocket-routes.js';
import { resources } from './resources/all.js';
import { Presenter } from './resources/presenter.js';
import { projectHooks } from './updates/project-hooks.js';

const MAX_BODY = 4 * 2 ** 20;
/** Longer than what Node takes for an address. */
const MAX_PARAMETER = 20_000;
const MAX_MESSAGE = 65_536;
const HEARTBEAT_MS = 10_000;

/** How the interface is served. */
export interface ApiOptions {
  /** Key and certificate in PEM; without them it is HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /**
   * Addresses of proxies in front, or of their networks as `10.0.0.0/8`: what they say in `X-Forwarded-For`, `-Proto` and `-Host` is taken for true, for logins that
   * failed, the activity stream and cookies. Default: none.
   */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Default: errors alone, to stderr. */
  readonly logger?: FastifyServerOptions['logger'];
  /** Milliseconds after which who follows something live is asked who they are, and told that the server is there. Default 10 s. */
  readonly heartbeatMs?: number;
  /** The folder that the pages were built into; default: there are none. */
  readonly pages?: string | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends the request; absent for everybody who is not known. */
    identity: Identity | undefined;
  }
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- how Fastify is told of more
  interface FastifyContextConfig extends RouteConfig {}
}

/** The interface over HTTP. */
export interface Api {
  /** Listens; resolves to the address. Port 0 is a free one. */
  listen(options: { readonly host: string; readonly port: number }): Promise<string>;
  /** Answers what is under way, and no more. */
  close(): Promise<void>;
  /** The OpenAPI document. */
  document(): unknown;
}

/** The interface, ready to listen. */
export async function createApi(context: ApiContext, options: ApiOptions = {}): Promise<Api> {
  const app = await createApp(context, options);
  return {
    listen: (where) => app.listen(where),
    close: () => app.close(),
    document: () => app.swagger(),
  };
}

async function createApp(
  context: ApiContext,
  {
    tls,
    trustedProxies = [],
    logger = { level: 'error' },
    heartbeatMs = HEARTBEAT_MS,
    pages,
  }: ApiOptions,
): Promise<FastifyInstance> {
  const app = Fastify({
    logger,
    bodyLimit: MAX_BODY,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    frameworkErrors: answerUnroutable,
    routerOptions: { maxParamLength: MAX_PARAMETER },
    ajv: {
      customOptions: {
        allErrors: true,
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        strict: false,
      },
    },
    ...(tls === undefined ? {} : { https: tls }),
  }) as unknown as FastifyInstance;
  // answers are made by our own code; schemas of answers are for who reads the document
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  const cookies: CookieOptions = { path: '/', sameSite: 'lax', secure: 'auto' };
  const authenticator = new Authenticator(context.store, context.sessions, context.now);

  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'unsafe-inline'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
      },
      useDefaults: false,
    },
    strictTransportSecurity: tls === undefined ? false : { maxAge: 31_536_000 },
  });
  await app.register(cookie);
  await app.register(formbody, { bodyLimit: 65_536 });
  await app.register(websocket, { options: { maxPayload: MAX_MESSAGE } });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Controller', version: context.facts.version },
      components: {
        securitySchemes: {
          basic: { type: 'http', scheme: 'basic' },
          bearer: { type: 'http', scheme: 'bearer' },
        },
      },
      security: [{ basic: [] }, { bearer: [] }],
    },
  });
  addErrors(app, pages === undefined ? undefined : addPages(app, pages));
  addJson(app);
  addIdentity(app, authenticator);
  addHeaders(app, context);
  app.addHook('onRequest', (request, reply, done) => {
    if (request.method === 'GET' && request.url.split('?')[0] === '/api/')
      giveCsrf(request, reply, cookies);
    done();
  });

  const parts = partsOf(context);
  const live = new Live(context, authenticator, heartbeatMs, (error) => {
    app.log.error({ err: error }, 'changes are not heard of');
  });
  app.addHook('preClose', () => live.close());
  addWebsocket(app, live, parts);
  await addJobRun(app, live, parts);
  addLogin(app, authenticator, cookies);
  addRoots(app, parts);
  addPing(app, parts);
  addJoin(app, parts);
  const endpoints = [
    ...stateEndpoints(parts),
    ...streamEndpoints(live, parts),
    metricsEndpoint(parts),
    ...tokenEndpoints(parts),
    ...joinTokenEndpoints(parts),
    launchEndpoint(parts),
    relaunchEndpoint(parts),
    ...updateEndpoints(parts),
    ...adHocEndpoints(parts),
    ...projectEndpoints(parts),
    ...factEndpoints(parts),
    ...runEndpoints(parts),
    ...contentEndpoints(parts),
    ...instanceEndpoints(parts),
    ...absentEndpoints(),
    ...[...resources.values()].flatMap((resource) => [
      ...resourceEndpoints(resource, parts),
      ...sublistEndpoints(resource, parts),
    ]),
  ];
  const taken = new Set<string>();
  for (const endpoint of endpoints) {
    // endpoints of their own come before those that are made from data
    if (taken.has(endpoint.path)) continue;
    taken.add(endpoint.path);
    addEndpoint(app, endpoint);
  }
  app.get('/api/schema/', { schema: { hide: true } }, (_request, reply) =>
    reply.send(app.swagger()),
  );
  await app.ready();
  return app;
}

function partsOf(context: ApiContext): ApiParts {
  const { store, reads = store, secrets, facts } = context;
  const presenter = new Presenter(resources, store);
  const recorder = new ActivityRecorder(facts.hostname);
  const hooks = { projects: projectHooks(context) };
  const editor = new ResourceEditor(resources, store, secrets, recorder, hooks);
  const lister = new Lister(resources, reads, presenter);
  return { context, resources, presenter, editor, lister, recorder };
}

/** Finds out who sends a request, and lets nobody pass who is not known, where that is asked for. */
function addIdentity(app: FastifyInstance, authenticator: Authenticator): void {
  app.decorateRequest('identity', undefined);
  app.addHook('onRequest', async (request) => {
    const isAnonymous = request.routeOptions.config.isAnonymous === true;
    const { isFile = false } = request.routeOptions.config;
    const isKnown = request.routeOptions.url !== undefined && !isFile;
    if (!isKnown || (isAnonymous && request.cookies[SESSION_COOKIE] === undefined)) return;
    request.identity = await authenticator.identify({
      authorization: isAnonymous ? undefined : request.headers.authorization,
      sessionCookie: request.cookies[SESSION_COOKIE],
      remoteAddress: request.ip,
    });
    if (isAnonymous) return;
    if (request.identity === undefined) throw ApiError.unauthenticated();
    const { session } = request.identity;
    const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes(request.method);
    if (session !== undefined && !isSafe) checkCsrf(request, session.csrfToken);
  });
}

function addHeaders(app: FastifyInstance, { facts }: ApiContext): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.identity !== undefined)
      reply
        .header('X-API-Node', facts.hostname)
        .header('X-API-Product-Name', 'AWX')
        .header('X-API-Product-Version', facts.version);
    reply.header('X-API-Time', `${(reply.elapsedTime / 1000).toFixed(3)}s`);
    if (!reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'no-store');
    done(null, payload);
  });
}
