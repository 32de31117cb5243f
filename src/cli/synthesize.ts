import { writeFile } from 'node:fs/promises';
import { nativeLine } from '../../evals/datasets/native-line.ts';
import { readFiles } from '../../evals/datasets/parsed-files.ts';
import { indexPassages } from '../../evals/synthesize/passage-index.ts';
import { reviewTable } from '../../evals/synthesize/review-table.ts';
import type { SourceDocument } from '../../evals/synthesize/source-document.ts';
import { type Synthesis, synthesize } from '../../evals/synthesize/synthesize.ts';
import { draftWithModel } from '../../evals/synthesize/with-model.ts';
import { AppError } from '../domain/errors.ts';
import { createChatModels } from '../models/chat/create-chat-model.ts';
import type { Client } from './client.ts';
import { describeReport } from './describe-report.ts';
import { documentsOf, passagesOf } from './documents.ts';
import type { SynthesisOptions } from './eval-cases.ts';
import type { Invocation } from './invocation.ts';
import { createEta } from './progress.ts';

/** Of the files of a folder, read as `ingest` reads them. Throws INVALID_REQUEST without a folder or without anything to read in it. */
export async function synthesizeFolder(
  context: Invocation,
  folder: string | undefined,
  options: SynthesisOptions,
): Promise<void> {
  if (folder === undefined) throw invalid('a folder, or --tenant-documents', 'none');
  const onFailure = (id: string, reason: string) => context.output.note(`${id} is left out: ${reason}`);
  await writeCases(context, readFiles(folder, { signal: context.signal, onFailure }), { ...options, from: folder });
}

/** Of the documents that the caller may read on the server. */
export async function synthesizeTenant(
  context: Invocation & { readonly client: Client },
  folder: string | undefined,
  options: SynthesisOptions,
): Promise<void> {
  if (folder !== undefined) throw invalid('either a folder or --tenant-documents', 'both');
  await writeCases(context, readTenant(context), { ...options, from: 'the server' });
}

async function* readTenant({
  client,
  signal,
}: {
  client: Client;
  signal: AbortSignal;
}): AsyncGenerator<SourceDocument> {
  for await (const { id, externalId, title, state } of documentsOf(client, null)) {
    signal.throwIfAborted();
    if (state !== 'ready') continue;
    const { text } = await client.get<{ text: string }>(`/v1/documents/${encodeURIComponent(id)}/content`);
    yield { id: externalId, title, content: text, passages: await Array.fromAsync(passagesOf(client, id)) };
  }
}

async function writeCases(
  context: Invocation,
  documents: AsyncIterable<SourceDocument>,
  { out, review, count, seed, withModel, from }: SynthesisOptions & { readonly from: string },
): Promise<void> {
  const { output, progress } = context;
  const read: SourceDocument[] = [];
  for await (const document of documents) {
    read.push(document);
    progress.show({ label: 'reading', done: read.length, total: null, etaSeconds: null });
  }
  if (read.length === 0) throw invalid('documents that can be read', `none in ${from}`);
  const index = indexPassages(read);
  const model = withModel ? await askModel(context, index, { count, seed }) : null;
  const made = synthesize(index, { count, seed, ...(model ? { drafts: model.drafts } : {}) });
  progress.end();
  await writeFile(out, made.cases.map(nativeLine).join(''));
  if (review !== undefined) await writeFile(review, reviewTable(made.cases));
  const unusable = model ? { unusable: model.unusable, failed: model.failed } : {};
  output.result(
    reportOf(made, { documents: read.length, passages: index.passages.length, unusable, out }),
    describeReport,
  );
}

function reportOf(
  { cases, kinds, difficulty, discarded }: Synthesis,
  { unusable, ...rest }: { documents: number; passages: number; unusable: object; out: string },
) {
  return { ...rest, cases: cases.length, kinds, difficulty, discarded: { ...discarded, ...unusable } };
}

async function askModel(
  { config, progress, signal }: Invocation,
  index: ReturnType<typeof indexPassages>,
  { count, seed }: { count: number; seed: number },
) {
  const [chat] = await createChatModels(config.chat);
  if (!chat)
    throw new AppError(
      'CONFIGURATION_INVALID',
      'There is no chat model to write questions: set OPENAI_API_KEY or OPENAI_BASE_URL.',
    );
  const eta = createEta();
  const onProgress = (done: number, total: number) =>
    progress.show({ label: 'asking the model', done, total, etaSeconds: eta(done, total) });
  return await draftWithModel(index, { chat, count, seed, signal, onProgress });
}

function invalid(expected: string, received: string): AppError {
  return new AppError('INVALID_REQUEST', 'There is nothing to make cases from.', {
    errors: [{ field: 'folder', expected, received }],
  });
}
