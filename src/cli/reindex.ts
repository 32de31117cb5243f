import { setTimeout as pause } from 'node:timers/promises';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import type { IndexComparison, IndexStatus, Reindex, TenantProof } from '../store/index-administration.ts';
import type { Client } from './client.ts';
import { formatTable, type Output } from './output.ts';
import { createEta, type Progress } from './progress.ts';

interface Context {
  readonly client: Client;
  readonly output: Output;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface ReindexOptions {
  readonly embedder?: string;
  readonly shadow: boolean;
  readonly switch: boolean;
  readonly back: boolean;
}

const pollMilliseconds = 300;
const comparedQuestions = 200;

/** Builds, compares and switches the index as the options say. Resolves to the exit code: 1 when what was built is not complete. */
export async function reindex(context: Context, options: ReindexOptions): Promise<number> {
  const { client, output } = context;
  if (options.back) {
    showCollections(output, await client.post<IndexStatus>('/v1/index/switch', { to: 'previous' }));
    return 0;
  }
  const onlyLooks = options.embedder === undefined && (options.shadow || options.switch);
  if (!onlyLooks) {
    const isComplete = await build(context, options.embedder);
    if (!isComplete) return 1;
  }
  if (options.shadow)
    showComparison(output, await client.post<IndexComparison>('/v1/index/compare', { questions: comparedQuestions }));
  if (options.switch) showCollections(output, await client.post<IndexStatus>('/v1/index/switch', { to: 'next' }));
  return 0;
}

/** A server goes on when this command is interrupted; without one the next run takes up where this one stopped. */
async function build({ client, output, progress, signal }: Context, embedder: string | undefined): Promise<boolean> {
  let status = await client.post<IndexStatus>('/v1/index/reindex', embedder === undefined ? {} : { embedder });
  const etas = new Map<string, ReturnType<typeof createEta>>();
  while (status.reindex?.state === 'running') {
    const { stage, done, total, error } = status.reindex;
    const eta = etas.get(stage) ?? createEta();
    etas.set(stage, eta);
    const secondsLeft = eta(done, total);
    const waits = error && { note: `waits: ${error.code}: ${error.detail}`, etaSeconds: null };
    if (total > 0 || waits) progress.show({ label: stage, done, total, etaSeconds: secondsLeft, ...waits });
    await pause(pollMilliseconds, undefined, { signal });
    status = await client.get<IndexStatus>('/v1/index');
  }
  progress.end();
  const { reindex: built } = status;
  if (!built) throw new AppError('INTERNAL', 'The server was restarted; run the command again.');
  if (built.error) throw new AppError(built.error.code as ErrorCode, built.error.detail);
  output.result(built, describeBuild);
  return built.proofs.every(({ isComplete }) => isComplete);
}

function describeBuild({ collection, embedder, proofs }: Reindex): string {
  const rows = proofs.map((proof) => [
    proof.tenantId,
    String(proof.rows.passages),
    String(proof.index.passages),
    String(proof.rows.embedded),
    String(proof.index.embedded ?? '–'),
    proof.index.checksum ?? '–',
    proof.isComplete ? 'complete' : `DIFFERS: ${differenceOf(proof)}`,
  ]);
  const table = formatTable(['tenant', 'passages', 'in index', 'vectors', 'in index', 'checksum', 'state'], rows);
  return `${collection} (${embedder})\n${table}`;
}

function differenceOf({ rows, index }: TenantProof): string {
  const passages = rows.passages - (index.passages ?? rows.passages);
  const vectors = rows.embedded - (index.embedded ?? rows.embedded);
  if (passages !== 0) return missingOrTooMany(passages, 'passage');
  if (vectors !== 0) return missingOrTooMany(vectors, 'vector');
  return rows.checksum === index.checksum ? 'the ids with a vector differ' : 'the ids differ';
}

function missingOrTooMany(missing: number, unit: string): string {
  const count = Math.abs(missing);
  const units = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return missing < 0 ? `${units} too many` : `${units} ${count === 1 ? 'is' : 'are'} missing`;
}

function showComparison(output: Output, comparison: IndexComparison): void {
  output.result(comparison, ({ live, next, questions, overlapAt10, most }) => {
    if (overlapAt10 === null) return 'No question was asked yet, so there is nothing to compare.';
    const rows = most.map(({ question, overlap, onlyLive, onlyNext }) => [
      overlap.toFixed(2),
      String(onlyLive.length),
      String(onlyNext.length),
      question.replaceAll('\n', ' '),
    ]);
    const table =
      rows.length === 0 ? 'No question differs.' : formatTable(['overlap', 'only live', 'only next', 'question'], rows);
    return `overlap@10 ${overlapAt10.toFixed(3)} over ${questions} questions, ${live} against ${next}\n${table}`;
  });
}

function showCollections(output: Output, status: IndexStatus): void {
  output.result(status, ({ collections }) =>
    formatTable(
      ['state', 'collection', 'embedder'],
      collections.map(({ state, name, embedder }) => [state, name, embedder]),
    ),
  );
}
