import { readFile } from 'node:fs/promises';
import { z } from '@hono/zod-openapi';
import MarkdownIt from 'markdown-it';
import { AppError, errorCodes } from '../../domain/errors.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { htmlPage, safeMarkup } from '../html-page.ts';
import type { RouteDeps } from '../route-deps.ts';

const folder = new URL('../../../docs/errors/', import.meta.url);

const route = defineRoute('public', {
  method: 'get',
  path: '/docs/errors/{code}',
  operationId: 'showErrorDocs',
  summary: 'What an error means and what to do',
  request: { params: z.strictObject({ code: z.string() }) },
  responses: { 200: { description: 'A page.' } },
});

export function registerShowErrorDocs(app: App, _deps: RouteDeps): void {
  const markdown = new MarkdownIt({ html: false });
  app.openapi(route, async (c) => {
    const code = errorCodes.find((known) => known === c.req.valid('param').code);
    if (!code) throw new AppError('NOT_FOUND', 'There is no such error code.');
    const text = await readFile(new URL(`${code}.md`, folder), 'utf8');
    return await htmlPage(200, { title: code, body: safeMarkup(markdown.render(text)), root: '../../' });
  });
}
