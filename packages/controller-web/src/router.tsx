import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { meQuery } from './api/session.js';
import { jobSearch } from './job/job-search.js';
import { jobsSearch } from './jobs/jobs-search.js';
import { listSearch } from './parts/list-search.js';
import { queryClient } from './query-client.js';
import { Broken } from './shell/broken.js';
import { NotFound } from './shell/not-found.js';
import { Waiting } from './parts/waiting.js';

const rootRoute = createRootRoute({ notFoundComponent: NotFound });

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: ({ next }: Record<string, unknown>): { next?: string } =>
    typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {},
  component: lazyRouteComponent(() => import('./login/login-page.js'), 'LoginPage'),
});

const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  // whoever is not logged in is sent to do so, and back
  beforeLoad: async ({ location }) => {
    if ((await queryClient.query({ ...meQuery, staleTime: 'static' })) !== null) return;
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- how the router is told
    throw redirect({ to: '/login', search: { next: location.href } });
  },
  component: lazyRouteComponent(() => import('./shell/shell.js'), 'Shell'),
});

const indexRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- how the router is told
    throw redirect({ to: '/jobs', search: {} });
  },
});

const jobsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/jobs',
  validateSearch: jobsSearch,
  component: lazyRouteComponent(() => import('./jobs/jobs-page.js'), 'JobsPage'),
});

const jobRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/jobs/$kind/$id',
  validateSearch: jobSearch,
  component: lazyRouteComponent(() => import('./job/job-page.js'), 'JobPage'),
});

const templatesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/templates',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./templates/templates-page.js'), 'TemplatesPage'),
});

const launchRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/templates/$id/launch',
  component: lazyRouteComponent(() => import('./templates/launch-page.js'), 'LaunchPage'),
});

const instancesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/instances',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./instances/instances-page.js'), 'InstancesPage'),
});

/** Where each address leads; pages are loaded when somebody goes there. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([
    loginRoute,
    shellRoute.addChildren([
      indexRoute,
      jobsRoute,
      jobRoute,
      templatesRoute,
      launchRoute,
      instancesRoute,
    ]),
  ]),
  defaultPreload: 'intent',
  defaultPendingComponent: Waiting,
  defaultErrorComponent: Broken,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
