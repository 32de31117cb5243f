import { z } from '@hono/zod-openapi';
import { FieldTest, Filter } from '../domain/filter.ts';
import type { App } from './app-env.ts';

/** The OpenAPI 3.1 document of the registered routes. */
export function openApiDocument(app: App, version: string) {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Footnote',
      version,
      description: 'Answers questions from a team’s own documents and proves every sentence with a quote.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
  });
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...filterSchemas() },
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'A key that begins with fn_.' },
      session: { type: 'apiKey', in: 'cookie', name: 'fn_session', description: 'Set by a sign-in link.' },
    },
  };
  return document;
}

/** The schemas of filters, which refer to themselves and to each other. */
function filterSchemas() {
  const registry = z.registry<{ id: string }>();
  registry.add(Filter, { id: 'Filter' });
  registry.add(FieldTest, { id: 'FilterTest' });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    // The pattern of a date takes more room than all the rest, and says less than the name of the format.
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === 'string') delete jsonSchema.pattern;
    },
  });
  const entries = Object.entries(schemas).map(([name, { $id: _id, $schema: _schema, ...schema }]) => [name, schema]);
  return asSchemas(Object.fromEntries(entries));
}

type Schemas = NonNullable<NonNullable<ReturnType<App['getOpenAPI31Document']>['components']>['schemas']>;

/** OpenAPI 3.1 takes any JSON Schema of draft 2020-12, which is what zod writes; only the types of the libraries differ. */
const asSchemas = (schemas: object) => schemas as Schemas;
