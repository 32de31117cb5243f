import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../domain/errors.ts';
import { isId } from '../domain/ids.ts';
import type { Source, SourceRun } from '../domain/source.ts';
import type { TrialDocument } from '../ingest/sources/source-trial.ts';
import type { Page } from '../store/documents.ts';
import type { Client } from './client.ts';
import { formatTable, nextPage, type Output } from './output.ts';
import { formatDuration, type Progress } from './progress.ts';

interface Context {
  readonly client: Client;
  readonly output: Output;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface SourceOptions {
  readonly kind?: string;
  readonly path?: string;
  readonly url?: string;
  /** Further settings, as JSON values where they are. */
  readonly set: Readonly<Record<string, string>>;
  readonly header: Readonly<Record<string, string>>;
  readonly username?: string;
  readonly password?: string;
  readonly acl: readonly string[];
  readonly tag: Readonly<Record<string, string>>;
  readonly schedule?: string;
  readonly removalLimit?: number;
}

const pollMilliseconds = 300;

export async function createSource({ client, output }: Context, name: string, options: SourceOptions): Promise<void> {
  const { kind, path, url, set, header, username, password, acl, tag: tags, schedule, removalLimit } = options;
  const settings = {
    kind,
    path,
    url,
    ...Object.fromEntries(Object.entries(set).map(([key, value]) => [key, settingValue(value)])),
  };
  const headers = Object.keys(header).length > 0 ? header : undefined;
  const credentials = headers || username || password ? { headers, username, password } : null;
  const body = { name, settings, credentials, acl, tags, schedule, removalLimit };
  const source = await client.post<Source>('/v1/sources', body);
  output.result(source, () => `Created ${name}. Try it with: footnote sources test ${name}`);
}

export async function listSources(
  { client, output }: Context,
  options: { readonly limit: string; readonly cursor?: string },
): Promise<void> {
  const page = await client.get<Page<Source>>(`/v1/sources?${new URLSearchParams({ ...options })}`);
  output.result(page, ({ items, nextCursor }) => {
    if (items.length === 0) return 'No sources. Make one with: footnote sources create NAME --kind web --url https://…';
    const rows = items.map((source) => [
      ...[source.name, source.settings.kind, String(source.documents), stateOf(source), lagOf(source)],
      source.schedule ?? 'when asked',
    ]);
    const table = formatTable(['name', 'kind', 'documents', 'last run', 'behind', 'schedule'], rows);
    return table + nextPage('sources list', options, nextCursor);
  });
}

export async function showSource({ client, output }: Context, name: string): Promise<void> {
  output.result(await sourceOf(client, name), (source) =>
    Object.entries(source)
      .map(([key, value]) => `${key}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)
      .join('\n'),
  );
}

export async function testSource({ client, output }: Context, name: string): Promise<number> {
  const { id } = await sourceOf(client, name);
  const { document } = await client.post<{ document: TrialDocument | null }>(`/v1/sources/${id}/test`, {});
  output.result({ document }, () =>
    document === null
      ? 'The source lists no document that can be read.'
      : `${document.title}\n${document.uri ?? document.externalId}\n${document.size} bytes, ${document.passages} passages\n\n${document.text}`,
  );
  return document === null ? 1 : 0;
}

/** Looks at the source and waits for the end. Resolves to 1 when the run failed or a document did, or when it needs a confirmation. */
export async function runSource(context: Context, name: string, { dryRun }: { dryRun: boolean }): Promise<number> {
  const { id } = await sourceOf(context.client, name);
  const run = await context.client.post<SourceRun>(`/v1/sources/${id}/runs`, { dryRun });
  return await follow(context, { id, name }, run);
}

export async function confirmSource(context: Context, name: string): Promise<number> {
  const { id } = await sourceOf(context.client, name);
  const run = await context.client.post<SourceRun>(`/v1/sources/${id}/confirm`, {});
  return await follow(context, { id, name }, run);
}

export async function changeSource(
  { client, output }: Context,
  name: string,
  change: 'pause' | 'resume' | { readonly schedule: string | null },
): Promise<void> {
  const { id } = await sourceOf(client, name);
  const source =
    typeof change === 'string'
      ? await client.post<Source>(`/v1/sources/${id}/${change}`, {})
      : await client.patch<Source>(`/v1/sources/${id}`, change);
  output.result(source, () => {
    if (source.pausedAt !== null) return `${name} is paused.`;
    return source.nextRunAt === null ? `${name} runs when asked.` : `${name} runs next at ${source.nextRunAt}.`;
  });
}

/** Sends the export that the source reads from now on. Throws FILE_UNREADABLE. */
export async function uploadExport({ client, output }: Context, name: string, file: string): Promise<void> {
  const { id } = await sourceOf(client, name);
  const content = await openAsBlob(file).catch((error: unknown) => {
    throw new AppError('FILE_UNREADABLE', `${file} cannot be opened.`, { cause: error });
  });
  const form = new FormData();
  form.set('file', new File([content], basename(file)));
  const source = await client.put<Source>(`/v1/sources/${id}/export`, form);
  output.result(source, () => `Uploaded ${basename(file)}. Take it in with: footnote sources run ${name}`);
}

export async function listSourceRuns(
  { client, output }: Context,
  name: string,
  options: { readonly limit: string; readonly cursor?: string },
): Promise<void> {
  const { id } = await sourceOf(client, name);
  const page = await client.get<Page<SourceRun>>(`/v1/sources/${id}/runs?${new URLSearchParams({ ...options })}`);
  output.result(page, ({ items, nextCursor }) => {
    if (items.length === 0) return `No runs yet. Take its documents in with: footnote sources run ${name}`;
    const rows = items.map((run) => [
      ...[run.startedAt ?? run.createdAt, run.trigger, run.state],
      `${run.dryRun ? 'would have: ' : ''}${countsOf(run)}`,
    ]);
    const table = formatTable(['begun', 'why', 'state', 'result'], rows);
    return table + nextPage(`sources history ${name}`, options, nextCursor);
  });
}

export async function removeSource(
  { client, output }: Context,
  name: string,
  options: { documents: string },
): Promise<void> {
  const { id } = await sourceOf(client, name);
  await client.delete(`/v1/sources/${id}?documents=${encodeURIComponent(options.documents)}`);
  const what = options.documents === 'remove' ? `${name} and its documents` : `${name}; its documents stay`;
  output.result({ removed: name }, () => `Removed ${what}.`);
}

async function sourceOf(client: Client, name: string): Promise<Source> {
  const source = (await namedSource(client, name)) ?? (isId('source', name) ? await sourceWithId(client, name) : null);
  if (!source)
    throw new AppError('NOT_FOUND', `There is no source ${JSON.stringify(name)}; footnote sources list shows all.`);
  return source;
}

async function namedSource(client: Client, name: string): Promise<Source | null> {
  const { items } = await client.get<Page<Source>>(`/v1/sources?${new URLSearchParams({ name })}`);
  return items[0] ?? null;
}

async function sourceWithId(client: Client, id: string): Promise<Source> {
  return await client.get<Source>(`/v1/sources/${id}`);
}

async function follow(context: Context, { id, name }: Pick<Source, 'id' | 'name'>, queued: SourceRun): Promise<number> {
  const run = await ended(context, id, queued);
  context.output.result(run, (value) => describeRun(value, name));
  return run.state === 'finished' && run.failed === 0 ? 0 : 1;
}

async function ended({ client, progress, signal }: Context, id: string, queued: SourceRun): Promise<SourceRun> {
  let run = queued;
  while (run.state === 'queued' || run.state === 'running') {
    await sleep(pollMilliseconds, undefined, { signal });
    const { items } = await client.get<Page<SourceRun>>(`/v1/sources/${id}/runs?limit=20`);
    run = items.find((one) => one.id === queued.id) ?? run;
    const done = run.added + run.changed + run.unchanged + run.failed;
    progress.show({ label: run.state, done, total: null, etaSeconds: null });
  }
  progress.end();
  return run;
}

export const isSitemap = (target: string): boolean =>
  URL.canParse(target) &&
  /^https?:$/.test(new URL(target).protocol) &&
  /sitemap[^/]*\.xml(\.gz)?$/i.test(new URL(target).pathname);

/** The pages of a sitemap are a source that the same command brings up to date later. Throws CONFLICT where the name is another source's. */
export async function ingestSitemap(
  context: Context,
  url: string,
  { source, dryRun, acl, tags }: { source?: string | undefined; dryRun: boolean } & Pick<Source, 'acl' | 'tags'>,
): Promise<{ run: SourceRun; name: string }> {
  const { client } = context;
  const name = source ?? new URL(url).host;
  const settings = { kind: 'web', mode: 'sitemap', url };
  const known = await namedSource(client, name);
  if (known && !(known.settings.kind === 'web' && known.settings.url === url))
    throw new AppError('CONFLICT', `${name} is another source already. Choose a name with --source.`);
  const { id } = known ?? (await client.post<Source>('/v1/sources', { name, settings, credentials: null, acl, tags }));
  try {
    const run = await client.post<SourceRun>(`/v1/sources/${id}/runs`, { dryRun });
    return { run: await ended(context, id, run), name };
  } finally {
    if (dryRun && !known) await client.delete(`/v1/sources/${id}?documents=keep`);
  }
}

export function describeRun(run: SourceRun, name: string): string {
  const names = run.dryRun || run.state === 'needs-confirmation' ? (['added', 'changed', 'removed'] as const) : [];
  const changes = names.flatMap((kind) => run.changes[kind].map((externalId) => `  ${kind}  ${externalId}`));
  const errors = run.errors.map(({ externalId, code, detail }) => `  failed  ${externalId}: ${code}: ${detail}`);
  const asks = run.state === 'needs-confirmation' ? [`Agree with: footnote sources confirm ${name}`] : [];
  const verb = run.dryRun ? 'Would have: ' : '';
  return [`${verb}${countsOf(run)}`, run.detail ?? '', ...changes, ...errors, ...asks]
    .filter((line) => line !== '')
    .join('\n');
}

function countsOf({ added, changed, removed, unchanged, failed }: SourceRun): string {
  return `${added} added, ${changed} changed, ${removed} removed, ${unchanged} unchanged, ${failed} failed`;
}

function stateOf({ lastRun, pausedAt }: Source): string {
  return pausedAt === null ? (lastRun?.state ?? 'none yet') : 'paused';
}

function lagOf({ lagSeconds }: Source): string {
  return lagSeconds === null ? 'never in step' : formatDuration(lagSeconds);
}

/** A number, a truth value or a list where it is written as one; else text. */
function settingValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
