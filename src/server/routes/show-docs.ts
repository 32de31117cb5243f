import { errorCodes } from '../../domain/errors.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { docsBody } from '../docs-page.ts';
import { htmlPage } from '../html-page.ts';
import { openApiDocument } from '../openapi.ts';
import type { RouteDeps } from '../route-deps.ts';

const route = defineRoute('public', {
  method: 'get',
  path: '/docs',
  operationId: 'showDocs',
  summary: 'This API, for people to read',
  responses: { 200: { description: 'A page.' } },
});

export function registerShowDocs(app: App, { version }: RouteDeps): void {
  app.openapi(route, () =>
    htmlPage(200, { title: 'The API', body: docsBody(openApiDocument(app, version), errorCodes), root: '' }),
  );
}
