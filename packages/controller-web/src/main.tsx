/**
 * The pages of the control plane for a browser: jobs and their output as it comes, templates to launch, nodes of the mesh. They stand on the REST interface
 * alone, and everything they need comes from the controller: no scripts, fonts or requests from elsewhere. `apps/controller` has them in its package and serves
 * them at `/`; what one can do with them is in [The pages](../../docs/web-pages.md).
 *
 * React with PatternFly, bundled by Vite. A folder for each page and, beside them:
 *
 * - `api` the client; the types in `schema.d.ts` are made of the OpenAPI document, and a test says when they differ from it (`pnpm test -u` makes them anew)
 * - `live` streams that go on where they were cut
 * - `output` the lines of a job: those that are looked at are fetched and drawn
 * - `parts` what several pages have
 * - `shell` what is around every page
 * - `texts` all texts, in one file
 *
 * `pnpm build` writes `dist` with compressed copies of all files, prints what the first page loads, and fails where that is more than 350 KiB. `pnpm dev`
 * serves the sources at <http://127.0.0.1:5173>, over a controller at its usual address.
 *
 * @packageDocumentation
 */
import '@patternfly/react-core/dist/styles/base.css';
import './main.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './query-client.js';
import { router } from './router.js';
import { applyTheme } from './shell/theme.js';
import { loadTexts } from './texts/texts.js';

applyTheme();
await loadTexts();
const root = document.getElementById('root');
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
