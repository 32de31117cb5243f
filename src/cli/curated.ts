import { readFile } from 'node:fs/promises';
import type { CuratedAnswer } from '../domain/curated-answer.ts';
import { AppError } from '../domain/errors.ts';
import type { Page } from '../store/documents.ts';
import type { Client } from './client.ts';
import { formatTable, nextPage, type Output } from './output.ts';

interface Context {
  readonly client: Client;
  readonly output: Output;
}

export interface CuratedOptions {
  readonly question?: string | undefined;
  readonly variant: readonly string[];
  readonly answer?: string | undefined;
  readonly answerFile?: string | undefined;
  readonly document: readonly string[];
  /** `null` takes the last day away. */
  readonly validUntil?: string | undefined;
}

const path = '/v1/curated-answers';
const pathOf = (id: string) => `${path}/${encodeURIComponent(id)}`;

export async function listCurated(
  { client, output }: Context,
  { state, limit, cursor }: { readonly state?: string; readonly limit: string; readonly cursor?: string },
): Promise<void> {
  const query = new URLSearchParams({ limit, ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) });
  output.result(await client.get<Page<CuratedAnswer>>(`${path}?${query}`), ({ items, nextCursor }) => {
    if (items.length === 0 && (state !== undefined || cursor !== undefined))
      return 'No curated answer is like that. All are listed by: footnote curated list';
    if (items.length === 0)
      return 'No curated answers. Add one with: footnote curated add "QUESTION" --answer TEXT --document ID';
    const rows = items.map((item) => [item.id, stateOf(item), item.question]);
    const more = nextPage('curated list', { state, limit }, nextCursor);
    return formatTable(['id', 'state', 'question'], rows) + more;
  });
}

export async function showCurated({ client, output }: Context, id: string): Promise<void> {
  output.result(await client.get<CuratedAnswer>(pathOf(id)), describe);
}

export async function addCurated(
  { client, output }: Context,
  question: string,
  options: Omit<CuratedOptions, 'question'>,
): Promise<void> {
  const body = { question, ...(await bodyOf(options)) };
  output.result(await client.post<CuratedAnswer>(path, body), describe);
}

export async function changeCurated({ client, output }: Context, id: string, options: CuratedOptions): Promise<void> {
  output.result(await client.patch<CuratedAnswer>(pathOf(id), await bodyOf(options)), describe);
}

export async function confirmCurated(
  { client, output }: Context,
  id: string,
  { validUntil }: Pick<CuratedOptions, 'validUntil'>,
): Promise<void> {
  output.result(await client.post<CuratedAnswer>(`${pathOf(id)}/confirm`, endOf(validUntil)), describe);
}

export async function removeCurated({ client, output }: Context, ids: readonly string[]): Promise<void> {
  for (const id of ids) await client.delete(pathOf(id));
  output.result(
    { removed: ids.length },
    ({ removed }) => `Removed ${removed} curated answer${removed === 1 ? '' : 's'}.`,
  );
}

async function bodyOf({
  question,
  variant,
  answer,
  answerFile,
  document,
  validUntil,
}: CuratedOptions): Promise<object> {
  const text = answerFile === undefined ? answer : await readText(answerFile);
  return {
    ...(question === undefined ? {} : { question }),
    ...(variant.length === 0 ? {} : { variants: variant }),
    ...(text === undefined ? {} : { answer: text }),
    ...(document.length === 0 ? {} : { sources: document.map((documentId) => ({ documentId })) }),
    ...endOf(validUntil),
  };
}

/** A day alone means its beginning in UTC. */
function endOf(validUntil: string | undefined): object {
  if (validUntil === undefined) return {};
  if (validUntil === 'null') return { validUntil: null };
  return { validUntil: /^\d{4}-\d{2}-\d{2}$/.test(validUntil) ? `${validUntil}T00:00:00Z` : validUntil };
}

async function readText(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: unknown) => {
    throw new AppError('FILE_UNREADABLE', `${file} cannot be opened.`, { cause: error });
  });
}

function stateOf({ state, reasons }: CuratedAnswer): string {
  const why = reasons.map(({ reason, documentId }) => (documentId === null ? reason : `${reason} ${documentId}`));
  return why.length === 0 ? state : `${state}: ${why.join(', ')}`;
}

function describe(curated: CuratedAnswer): string {
  const sources = curated.sources.map(
    ({ documentId, version, title }) => `  ${documentId}, version ${version}${title === null ? '' : `: ${title}`}`,
  );
  return [
    `${curated.id} (${stateOf(curated)})`,
    curated.question,
    ...curated.variants.map((variant) => `  also: ${variant}`),
    '',
    curated.answer,
    '',
    'Sources:',
    ...sources,
    ...(curated.validUntil === null ? [] : [`Valid until ${curated.validUntil}`]),
    `Confirmed ${curated.confirmedAt} by ${curated.confirmedBy}`,
  ].join('\n');
}
