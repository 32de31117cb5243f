import { fileURLToPath } from 'node:url';
import { z } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.ts';
import type { App, AppContext } from '../app-env.ts';
import { type Asset, loadAssets } from '../assets.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';

const folder = fileURLToPath(new URL('../../../web/ask/', import.meta.url));

const pageRoute = defineRoute('public', {
  method: 'get',
  path: '/',
  operationId: 'showPage',
  summary: 'The page for asking',
  responses: { 200: { description: 'A page that holds nothing of any tenant.' } },
});

const assetRoute = defineRoute('public', {
  method: 'get',
  path: '/assets/{name}',
  operationId: 'getAsset',
  summary: 'A file of the page for asking',
  request: { params: z.strictObject({ name: z.string() }) },
  responses: { 200: { description: 'The file.' }, 304: { description: 'It is unchanged.' } },
});

export function registerShowPage(app: App, _deps: RouteDeps): void {
  const assets = loadAssets(folder);
  app.openapi(pageRoute, (c) => serve(c, assets.get('index.html')));
  app.openapi(assetRoute, (c) => serve(c, assets.get(c.req.valid('param').name)));
}

function serve(c: AppContext, asset: Asset | undefined): Response {
  if (!asset) throw new AppError('NOT_FOUND', 'There is no such file.');
  const headers = { etag: asset.etag, 'cache-control': 'no-cache', 'content-type': asset.mediaType };
  if (c.req.header('if-none-match') === asset.etag) return c.body(null, 304, headers);
  return c.body(asset.body, 200, headers);
}
