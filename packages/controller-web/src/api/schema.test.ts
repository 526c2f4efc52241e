import { createApi, type ApiContext } from '@receptorjs/controller-api';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { expect, it } from 'vitest';
import { usedPaths } from './used-paths.js';

it('has the types of the document that the server gives: run with -u where they differ', async () => {
  // what a server is made over is not asked for the document
  const context = { facts: { hostname: '', version: '', installUuid: '' } } as ApiContext;
  const api = await createApi(context, { logger: false });
  const document = structuredClone(api.document()) as OpenAPI3;
  await api.close();
  const paths = Object.fromEntries(
    usedPaths.map((path) => {
      const found = document.paths?.[path];
      if (found === undefined) throw new Error(`the API has no ${path}`);
      return [path, found];
    }),
  );
  const types = await openapiTS({ ...document, paths }, { alphabetize: true });
  await expect(astToString(types)).toMatchFileSnapshot('schema.d.ts');
});
