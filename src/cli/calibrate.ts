import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AnswerCase } from '../../evals/answers.ts';
import { calibrateRefusal, type JudgedQuestion, requireEnough } from '../../evals/calibrate-refusal.ts';
import { readQuestions } from '../../evals/readers/beir.ts';
import type { Answer } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import type { TenantSettings } from '../domain/tenant-settings.ts';
import type { AnswerRecord } from '../store/answers.ts';
import type { Client } from './client.ts';
import { describeReport } from './describe-report.ts';
import { evaluateFolder } from './eval.ts';
import type { Invocation } from './invocation.ts';
import { createEta, type Progress } from './progress.ts';

const pollMilliseconds = 500;

export interface CalibrationOptions {
  readonly overRefusal: number;
  readonly apply?: boolean;
  readonly limit?: number;
}

/**
 * Finds the refusal threshold for a rate of over-refusal from the questions of a folder whose `answerable` is known: asked of the folder's
 * own corpus in a throwaway tenant, else of the tenant's index. With `apply` it becomes the tenant's setting.
 */
export async function calibrate(
  context: Invocation & { readonly client: Client },
  folder: string,
  { overRefusal, apply = false, limit }: CalibrationOptions,
): Promise<void> {
  const { client, output } = context;
  const questions = (await readQuestions(folder)).slice(0, limit);
  // What would fail in the end fails before minutes of asking.
  requireEnough(questions.filter(({ answerable }) => answerable === true).length, overRefusal);
  if (apply) await client.get<TenantSettings>('/v1/settings');
  const hasCorpus = existsSync(join(folder, 'corpus.jsonl')) || existsSync(join(folder, 'documents'));
  const { judged, errors } = hasCorpus
    ? judgedIn((await evaluateFolder(context, folder, limit === undefined ? {} : { limit })).cases)
    : await askOwnIndex(context, questions);
  const calibration = calibrateRefusal(judged, overRefusal);
  context.progress.end();
  const { threshold } = calibration;
  if (apply) await client.patch<TenantSettings>('/v1/settings', { refusalThreshold: threshold });
  output.result({ ...calibration, errors, applied: apply }, describeReport);
}

interface Judged {
  readonly judged: readonly JudgedQuestion[];
  /** Questions without an answer or a refusal. */
  readonly errors: number;
}

interface AskedCase {
  readonly category: string | null;
  readonly answerable: boolean | null;
  readonly refusalProbability: number | null;
  readonly error: string | null;
}

function judgedIn(cases: readonly AskedCase[]): Judged {
  const judged = cases.flatMap(({ category, answerable, refusalProbability, error }) =>
    answerable === null || error !== null ? [] : [{ category, answerable, probability: refusalProbability }],
  );
  return { judged, errors: cases.filter(({ error }) => error !== null).length };
}

/** Over the routes that readers use; the conversations are removed again. Follow-ups are left out: a question stands alone here. */
async function askOwnIndex(
  { client, progress, signal }: Invocation & { readonly client: Client },
  cases: readonly AnswerCase[],
): Promise<Judged> {
  const asked = cases.filter(({ answerable, history }) => answerable !== null && history.length === 0);
  await waitForVectors(client, progress, signal);
  const eta = createEta();
  const results: AskedCase[] = [];
  for (const { text, category, answerable } of asked) {
    signal.throwIfAborted();
    results.push({ category, answerable, ...(await askOne(client, text)) });
    const [done, total] = [results.length, asked.length];
    progress.show({ label: 'asking', done, total, etaSeconds: eta(done, total) });
  }
  return judgedIn(results);
}

/** Without them the questions would be judged by words alone, as later ones will not be. */
async function waitForVectors(client: Client, progress: Progress, signal: AbortSignal): Promise<void> {
  let total = 0;
  for (;;) {
    const { passagesWithoutVector: waiting } = await client.get<DocumentList>('/v1/documents?limit=1');
    total = Math.max(total, waiting);
    if (waiting === 0) return;
    progress.show({ label: 'vectors', done: total - waiting, total, etaSeconds: null });
    await pause(pollMilliseconds, undefined, { signal });
  }
}

interface DocumentList {
  /** Of all documents of the tenant. */
  readonly passagesWithoutVector: number;
}

async function askOne(client: Client, question: string): Promise<Pick<AskedCase, 'refusalProbability' | 'error'>> {
  try {
    const { id, conversationId } = await client.post<Answer>('/v1/answers', { question });
    const { refusal } = await client.get<AnswerRecord>(`/v1/answers/${id}/record`);
    await client.delete(`/v1/conversations/${conversationId}`);
    return { refusalProbability: refusal?.probability ?? null, error: null };
  } catch (error) {
    const { code, spec } = AppError.from(error);
    // A key that may not ask, or a server that is away, fails for every question.
    if (spec.status < 500 || code === 'SERVER_UNREACHABLE') throw error;
    return { refusalProbability: null, error: code };
  }
}
