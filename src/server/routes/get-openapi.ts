import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { openApiDocument } from '../openapi.ts';
import type { RouteDeps } from '../route-deps.ts';

const route = defineRoute('public', {
  method: 'get',
  path: '/openapi.json',
  operationId: 'getOpenApi',
  summary: 'This API as an OpenAPI 3.1 document',
  responses: { 200: { description: 'The document.' } },
});

export function registerGetOpenApi(app: App, { version }: RouteDeps): void {
  let document: ReturnType<typeof openApiDocument> | null = null;
  app.openapi(route, (c) => {
    document ??= openApiDocument(app, version);
    return c.json(document);
  });
}
