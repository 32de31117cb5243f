import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { DocumentReader } from './ingest/prepare-versions.ts';
import type { Embed, Embedder } from './models/embedder.ts';
import type { Retrieve } from './retrieve/retrieve.ts';
import type { Stores } from './store/postgres/stores.ts';
import { type Telemetry, timed } from './telemetry/telemetry.ts';

/** The same search, with its seconds. */
export function observeRetrieve(retrieve: Retrieve, telemetry: Telemetry): Retrieve {
  const record = telemetry.durations('footnote.search.duration', 'Seconds of a search, of a question or by itself.');
  return (input, signal) => timed({ telemetry, span: 'search', record, signal }, () => retrieve(input, signal));
}

/** The same embedder, with seconds and texts of its calls. */
export function observeEmbedder(embedder: Embedder, telemetry: Telemetry): Embedder {
  const record = telemetry.durations('footnote.embedding.duration', 'Seconds of a call of the embedder.');
  const texts = telemetry.counter('footnote.embedding.texts', 'Texts that were embedded.');
  const observe =
    (purpose: string, embed: Embed): Embed =>
    (batch, signal) =>
      timed(
        { telemetry, span: 'embed', record, signal },
        async () => {
          const vectors = await embed(batch, signal);
          texts({ purpose, embedder: embedder.id }, vectors.length);
          return vectors;
        },
        { purpose, embedder: embedder.id },
      );
  return {
    ...embedder,
    embedQuestions: observe('question', embedder.embedQuestions),
    embedDocuments: observe('document', embedder.embedDocuments),
    embedSentences: observe('sentence', embedder.embedSentences),
  };
}

/** The same reader, with the seconds that files take and what came of them. */
export function observeReader<R extends DocumentReader>(reader: R, telemetry: Telemetry): R {
  const record = telemetry.durations(
    'footnote.document.read.duration',
    'Seconds until a file was read, with its wait.',
  );
  const passages = telemetry.counter('footnote.document.passages', 'Passages of the files that were read.');
  return {
    ...reader,
    read: (file, signal) =>
      timed({ telemetry, span: 'read document', record, signal }, async () => {
        const document = await reader.read(file, signal);
        passages({}, document.passages.length);
        return document;
      }),
  };
}

/** How much waits in the database, the same in every process that is asked. */
export function observeBacklog(
  { workers, embeddings }: Pick<Stores, 'workers' | 'embeddings'>,
  embedder: Pick<Embedder, 'id'>,
  telemetry: Telemetry,
): void {
  // Both gauges are read in the same moment: one look serves them.
  let looking: ReturnType<typeof workers.backlog> | null = null;
  const backlog = () => {
    looking ??= workers.backlog().finally(() => {
      looking = null;
    });
    return looking;
  };
  telemetry.gauge('footnote.documents.waiting', { description: 'Documents that wait to be read.' }, async () => [
    { value: (await backlog()).documents },
  ]);
  telemetry.gauge(
    'footnote.documents.oldest_wait',
    { description: 'How long the first of them has waited; 0 when none does.', unit: 's' },
    async () => [{ value: (await backlog()).oldestSeconds }],
  );
  telemetry.gauge('footnote.passages.waiting', { description: 'Passages that wait for their vector.' }, async () => [
    { value: await embeddings.waiting(embedder.id, null) },
  ]);
  telemetry.gauge('footnote.workers', { description: 'Processes that read documents.' }, async () => [
    { value: (await workers.list()).length },
  ]);
}

/** Memory, processor time and how late the event loop runs. */
export function observeProcess(telemetry: Telemetry): { stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  telemetry.gauge('process.memory.usage', { description: 'Resident memory.', unit: 'By' }, () => [
    { value: process.memoryUsage.rss() },
  ]);
  telemetry.gauge(
    'process.cpu.time',
    { description: 'Processor time since the start.', unit: 's', isTotal: true },
    () => {
      const { user, system } = process.cpuUsage();
      return [
        { value: user / 1e6, labels: { mode: 'user' } },
        { value: system / 1e6, labels: { mode: 'system' } },
      ];
    },
  );
  telemetry.gauge(
    'nodejs.eventloop.delay.p99',
    { description: 'What the event loop was late by, since the numbers were read last.', unit: 's' },
    () => {
      const value = delay.percentile(99) / 1e9;
      delay.reset();
      return [{ value }];
    },
  );
  return { stop: () => void delay.disable() };
}
