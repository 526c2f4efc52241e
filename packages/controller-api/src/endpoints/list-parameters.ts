import { Type } from '@sinclair/typebox';

/** The query of lists for the OpenAPI document; filters of fields come on top. */
export const listParameters = Type.Object({
  page: Type.Optional(Type.String({ description: 'from 1 on' })),
  page_size: Type.Optional(Type.String({ description: 'rows of a page: 25, at most 200' })),
  order_by: Type.Optional(
    Type.String({ description: 'fields, with a hyphen before those that go downwards' }),
  ),
  search: Type.Optional(Type.String({ description: 'words that are all found in a row' })),
});
