import type { DocumentSummary } from '../domain/document.ts';
import type { Page } from '../store/documents.ts';
import type { Client } from './client.ts';
import { formatTable, type Output } from './output.ts';

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
    const { source, state, tag = [] } = options;
    if (items.length === 0)
      return source !== undefined || state !== undefined || tag.length > 0
        ? 'No document matches. Without the options all are listed: footnote documents list'
        : 'No documents. Add some with: footnote ingest <file, folder or URL>';
    const rows = items.map((item) => [
      item.id,
      stateOf(item),
      String(item.passages),
      item.quality ? item.quality.score.toFixed(2) : '',
      item.title,
      item.uri ?? item.externalId,
    ]);
    const more = nextCursor ? `\n\nMore: footnote documents list --cursor ${nextCursor}` : '';
    const warnings = items.flatMap(({ id, quality }) => (quality?.warning ? `${id}: ${quality.warning}` : []));
    const warned = warnings.length > 0 ? `\n\nRead in part only:\n${warnings.join('\n')}` : '';
    return formatTable(['id', 'state', 'passages', 'quality', 'title', 'from'], rows) + warned + more;
  });
}

export async function showDocument(
  { client, output }: Context,
  id: string,
  options: { content: boolean; chunks: boolean },
): Promise<void> {
  const document = await client.get<DocumentSummary>(`/v1/documents/${encodeURIComponent(id)}`);
  if (options.content) {
    const content = await client.get<{ text: string }>(`/v1/documents/${encodeURIComponent(id)}/content`);
    output.result(content, ({ text }) => text);
  } else if (options.chunks) {
    for await (const passage of passagesOf(client, id))
      output.result(passage, (shown) => `${output.style.bold(placeOf(shown))}\n${shown.text}\n`);
  } else {
    output.result(document, (summary) =>
      Object.entries(summary)
        .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)
        .join('\n'),
    );
  }
}

export async function removeDocuments(
  { client, output }: Context,
  ids: readonly string[],
  options: { source?: string | undefined },
): Promise<void> {
  const targets = [...ids];
  if (options.source !== undefined)
    for await (const document of documentsOf(client, options.source)) targets.push(document.id);
  for (const id of targets) await client.delete(`/v1/documents/${encodeURIComponent(id)}`);
  output.result(
    { removed: targets.length },
    ({ removed }) => `Removed ${removed} document${removed === 1 ? '' : 's'}.`,
  );
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
  return pages<ListedPassage>(client, `/v1/documents/${encodeURIComponent(id)}/passages`, {});
}

/** Every document of a source, or of all. */
export function documentsOf(client: Client, source: string | null): AsyncGenerator<DocumentSummary> {
  return pages<DocumentSummary>(client, '/v1/documents', source === null ? {} : { source });
}

async function* pages<T>(client: Client, path: string, query: Record<string, string>): AsyncGenerator<T> {
  let cursor: string | null = null;
  do {
    const parameters = new URLSearchParams({ ...query, limit: '200', ...(cursor === null ? {} : { cursor }) });
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
