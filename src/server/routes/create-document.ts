import { z } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.ts';
import { sha256 } from '../../domain/sha256.ts';
import type { Registration } from '../../store/documents.ts';
import { type App, type AppContext, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { DocumentBody, DocumentForm, detailsOf, safeFileName } from '../document-details.ts';
import { idempotencyHeaders, once } from '../idempotency.ts';
import type { RouteDeps } from '../route-deps.ts';

const Submission = z
  .object({
    documentId: z.string(),
    jobId: z.string().nullable().openapi({ description: 'Null when the document is unchanged.' }),
    outcome: z.enum(['added', 'changed', 'unchanged']),
    version: z.int(),
  })
  .openapi('Submission');

const route = defineRoute(
  'write',
  {
    method: 'post',
    path: '/v1/documents',
    operationId: 'createDocument',
    summary: 'Add or replace a document',
    description: 'The same `source` and `externalId` replace. `jobId` adds the document to a job that runs.',
    request: {
      headers: idempotencyHeaders,
      body: {
        content: {
          'application/json': { schema: DocumentBody },
          'multipart/form-data': { schema: DocumentForm },
        },
      },
    },
    responses: {
      202: { description: 'The document is queued.', content: { 'application/json': { schema: Submission } } },
    },
  },
  { takesFiles: true },
);

export function registerCreateDocument(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const type = c.req.header('content-type') ?? '';
    if (/^multipart\/form-data/i.test(type)) {
      const form = c.req.valid('form');
      if ('file' in form) return c.json(await submitFile(c, deps, form), 202);
    } else if (/^application\/json/i.test(type)) {
      const body = c.req.valid('json');
      if (!('file' in body)) return c.json(await submitBody(c, deps, body), 202);
    }
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'Send application/json or multipart/form-data.');
  });
}

async function submitFile(c: AppContext, deps: RouteDeps, form: DocumentForm) {
  const { file, ...fields } = form;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const fileName = safeFileName(file.name);
  const details = detailsOf(form, { source: 'upload', externalId: fileName });
  const upload = { bytes, fileName, mediaType: file.type === '' ? null : file.type };
  return await once(c, deps.idempotency, {
    request: { ...fields, fileName, hash: sha256(bytes) },
    make: async () =>
      toSubmission(
        await deps.submit.submit(principalOf(c), { ...details, externalId: details.externalId ?? fileName }, upload),
      ),
  });
}

async function submitBody(c: AppContext, deps: RouteDeps, body: DocumentBody) {
  const make = async () => {
    if (body.url === undefined) return await submitText(c, deps, body);
    const details = detailsOf(body, { source: 'web', externalId: null });
    return await deps.submit.submitUrl(principalOf(c), details, body.url, c.req.raw.signal);
  };
  return await once(c, deps.idempotency, { request: body, make: async () => toSubmission(await make()) });
}

async function submitText(c: AppContext, deps: RouteDeps, body: DocumentBody): Promise<Registration> {
  const [content, mediaType, fileName] =
    body.markdown !== undefined
      ? [body.markdown, 'text/markdown', 'document.md']
      : body.html !== undefined
        ? [body.html, 'text/html', 'document.html']
        : [body.text ?? '', 'text/plain', 'document.txt'];
  const bytes = new TextEncoder().encode(content);
  const externalId = `sha256:${sha256(bytes)}`;
  const details = detailsOf(body, { source: 'api', externalId });
  return await deps.submit.submit(
    principalOf(c),
    { ...details, externalId: details.externalId ?? externalId },
    { bytes, fileName, mediaType },
  );
}

function toSubmission({ documentId, jobId, outcome, version }: Registration) {
  return { documentId, jobId, outcome, version };
}
