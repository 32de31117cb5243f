import type { DocumentSummary } from '../domain/document.ts';
import { AppError } from '../domain/errors.ts';
import type { Page } from '../store/documents.ts';
import type { Client } from './client.ts';
import { formatTable, nextPage, type Output } from './output.ts';
import { createEta, type Progress } from './progress.ts';

interface Context {
  readonly client: Client;
  readonly output: Output;
}

export interface ListOptions {
  readonly source?: string | undefined;
  readonly state?: string | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

export async function listDocuments({ client, output }: Context, options: ListOptions): Promise<void> {
  const page = await client.get<Page<DocumentSummary>>(`/v1/documents?${listQuery(options)}`);
  output.result(page, ({ items, nextCursor }) => {
    if (items.length === 0) return emptyState(options);
    const rows = items.map((item) => [
      item.id,
      stateOf(item),
      String(item.passages),
      item.quality ? item.quality.score.toFixed(2) : '',
      item.title,
      item.uri ?? item.externalId,
    ]);
    const more = nextPage('documents list', { ...options }, nextCursor);
    const warnings = items.flatMap(({ id, quality }) => (quality?.warning ? `${id}: ${quality.warning}` : []));
    const warned = warnings.length > 0 ? `\n\nRead in part only:\n${warnings.join('\n')}` : '';
    return formatTable(['id', 'state', 'passages', 'quality', 'title', 'from'], rows) + warned + more;
  });
}

function emptyState({ source, state, tag, cursor }: ListOptions): string {
  const isChosen = source !== undefined || state !== undefined || tag !== undefined || cursor !== undefined;
  if (isChosen) return 'No document is like that. All are listed by: footnote documents list';
  return 'No documents. Add some with: footnote ingest <file, folder or URL>';
}

/** `reference` names the document as `findDocument` says. */
export async function showDocument(
  { client, output }: Context,
  reference: string,
  options: { content: boolean; chunks: boolean; duplicates: boolean },
): Promise<void> {
  const document = await findDocument(client, reference);
  const { id } = document;
  if (options.content) {
    const content = await client.get<{ text: string }>(`/v1/documents/${encodeURIComponent(id)}/content`);
    output.result(content, ({ text }) => text);
  } else if (options.chunks) {
    for await (const passage of passagesOf(client, id))
      output.result(passage, (shown) => `${output.style.bold(placeOf(shown))}\n${shown.text}\n`);
  } else if (options.duplicates) {
    const group = await client.get<DuplicateGroup>(`/v1/documents/${encodeURIComponent(id)}/duplicates`);
    output.result(group, (shown) => describeDuplicates(document, shown));
  } else {
    output.result(document, (summary) =>
      Object.entries(summary)
        .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)
        .join('\n'),
    );
  }
}

/** The one document with this id, external id, address or title, or whose id begins so. Throws NOT_FOUND, INVALID_REQUEST when there are several. */
async function findDocument(client: Client, reference: string): Promise<DocumentSummary> {
  try {
    return await client.get<DocumentSummary>(`/v1/documents/find?${new URLSearchParams({ reference })}`);
  } catch (error) {
    const isMissing = error instanceof AppError && error.code === 'NOT_FOUND';
    throw isMissing ? new AppError('NOT_FOUND', `There is no document ${reference}.`, { cause: error }) : error;
  }
}

interface DuplicateGroup {
  readonly canonicalId: string;
  readonly items: readonly (Pick<DocumentSummary, 'title' | 'uri' | 'externalId'> & {
    readonly documentId: string;
    readonly productVersion: string | null;
    readonly share: number;
  })[];
}

function describeDuplicates({ id, title }: DocumentSummary, { canonicalId, items }: DuplicateGroup): string {
  if (items.length === 0) return `No other document has half of the passages of ${title}.`;
  const rows = items.map(({ documentId, productVersion, share, uri, externalId }) => [
    ...[documentId, `${Math.round(share * 100)} %`, productVersion ?? ''],
    ...[documentId === canonicalId ? 'canonical' : '', uri ?? externalId],
  ]);
  const own = id === canonicalId ? 'This is the canonical one.' : `The canonical one is ${canonicalId}.`;
  return `${title} is also in:\n${formatTable(['id', 'common', 'version', '', 'from'], rows)}\n\n${own}`;
}

/** Removes nothing when one of the references names no document or several. Throws INVALID_REQUEST when neither references nor a source are given. */
export async function removeDocuments(
  { client, output, progress, signal }: Context & { readonly progress: Progress; readonly signal: AbortSignal },
  references: readonly string[],
  options: { source?: string | undefined },
): Promise<void> {
  if (references.length === 0 && options.source === undefined)
    throw new AppError('INVALID_REQUEST', 'Say what to remove: documents, or all of a source with --source.', {
      errors: [{ field: 'document', expected: 'ids or names, or --source NAME', received: 'nothing' }],
    });
  const targets = new Set<string>();
  for (const reference of references) targets.add((await findDocument(client, reference)).id);
  if (options.source !== undefined)
    for await (const document of documentsOf(client, options.source)) targets.add(document.id);
  const eta = createEta();
  for (const [done, id] of [...targets].entries()) {
    signal.throwIfAborted();
    progress.show({ label: 'removing', done, total: targets.size, etaSeconds: eta(done, targets.size) });
    await client.delete(`/v1/documents/${encodeURIComponent(id)}`);
  }
  progress.end();
  output.result({ removed: targets.size }, ({ removed }) => `Removed ${removed} document${removed === 1 ? '' : 's'}.`);
}

/** `#3 Plans › Team, page 2, Prices!A2:D9 (characters 120-480)`. */
function placeOf({ ordinal, headingPath, page, cells, start, end }: ListedPassage): string {
  const place = [headingPath.join(' › '), page === null ? '' : `page ${page}`, cells ?? ''].filter(
    (part) => part !== '',
  );
  return `#${ordinal} ${place.join(', ')} (characters ${start}-${end})`.replace('  ', ' ');
}

export interface ListedPassage {
  readonly ordinal: number;
  readonly start: number;
  readonly end: number;
  readonly headingPath: readonly string[];
  readonly page: number | null;
  readonly cells: string | null;
  readonly text: string;
}

/** Every passage of a document, in its order. */
export function passagesOf(client: Client, id: string): AsyncGenerator<ListedPassage> {
  return pages<ListedPassage>(client, `/v1/documents/${encodeURIComponent(id)}/passages`, { limit: '200' });
}

/** Every document of a source, or of all. */
export function documentsOf(client: Client, source: string | null): AsyncGenerator<DocumentSummary> {
  return pages<DocumentSummary>(client, '/v1/documents', { limit: '1000', ...(source === null ? {} : { source }) });
}

/** All items of a list, page after page. */
export async function* pages<T>(client: Client, path: string, query: Record<string, string>): AsyncGenerator<T> {
  let cursor: string | null = null;
  do {
    const parameters = new URLSearchParams({ ...query, ...(cursor === null ? {} : { cursor }) });
    const page: Page<T> = await client.get<Page<T>>(`${path}?${parameters}`);
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
}

function listQuery({ source, state, tag, limit, cursor }: ListOptions): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ source, state, limit, cursor }))
    if (value !== undefined) query.set(name, value);
  for (const value of tag ?? []) query.append('tag', value);
  return query;
}

function stateOf(document: DocumentSummary): string {
  if (document.state === 'failed' && document.error) return `failed: ${document.error.code}`;
  if (document.error) return `${document.state}, but ${document.error.code}`;
  const waiting = document.passagesWithoutVector;
  return waiting > 0 ? `${document.state} (${waiting} vectors wait)` : document.state;
}
