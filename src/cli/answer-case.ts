import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { EvalCase } from '../../evals/case.ts';
import { nativeLine } from '../../evals/datasets/native-line.ts';
import { readCases } from '../../evals/readers/detect.ts';
import type { Answer } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import type { AnswerRecord, GivenFeedback } from '../store/answers.ts';
import type { Client } from './client.ts';
import type { Output } from './output.ts';

/** What the server knows of a stored answer, as far as a case is made of it. */
export interface StoredAnswer {
  readonly answer: Answer;
  readonly record: Pick<AnswerRecord, 'passages' | 'parameters'>;
  readonly feedback: readonly GivenFeedback[];
  /** Parsed texts by `ID VERSION`; of a version that is not kept any more there is none. */
  readonly contents: ReadonlyMap<string, string>;
}

/**
 * Adds a native case to a file: the question with its history, the passages that the answer was read from, as they were then, and what people said
 * of it. Throws NOT_FOUND for an answer that is not there, or not the caller's to see,
 * and INVALID_REQUEST for one that the file has already.
 */
export async function addAnswerCase(
  { client, output }: { client: Client; output: Output },
  id: string,
  { out }: { out: string },
): Promise<void> {
  if (existsSync(out)) await requireNew(id, out);
  const path = `/v1/answers/${encodeURIComponent(id)}`;
  const answer = await client.get<Answer>(path);
  const record = await client.get<AnswerRecord>(`${path}/record`);
  const { items: feedback } = await client.get<{ items: GivenFeedback[] }>(`${path}/feedback`);
  const contents = new Map<string, string>();
  for (const { documentId, version } of record.passages) {
    const key = `${documentId} ${version}`;
    if (contents.has(key)) continue;
    const read = await client.get<{ text?: string }>(`/v1/documents/${documentId}/content?version=${version}`, [404]);
    if (read.text !== undefined) contents.set(key, read.text);
  }
  const made = toCase({ answer, record, feedback, contents });
  await appendFile(out, nativeLine(made.case));
  const missing = made.missing > 0 ? ` ${made.missing} of its passages are not kept any more.` : '';
  output.result({ id: made.case.id, out, missing: made.missing }, () => `Added ${made.case.id} to ${out}.${missing}`);
}

async function requireNew(id: string, out: string): Promise<void> {
  for await (const placed of (await readCases(out, { format: 'native' })).cases)
    if (placed.case.id === id)
      throw new AppError('INVALID_REQUEST', 'The answer is a case already.', {
        errors: [{ field: 'answer', expected: 'one that the file does not have', received: `${out}:${placed.line}` }],
      });
}

/**
 * The case of an answer, and how many of its passages are gone. What a reader expected becomes its answer; a refusal that somebody complained of was
 * answerable; the rest is for a person to fill in.
 */
export function toCase({ answer, record, feedback, contents }: StoredAnswer) {
  const bad = feedback.filter(({ rating }) => rating === 'down');
  const expected = [...new Set(bad.flatMap((entry) => entry.expected ?? []))];
  const texts = record.passages.map(({ documentId, version, source }) => {
    const content = contents.get(`${documentId} ${version}`);
    return content === undefined || source === undefined ? null : content.slice(source.start, source.end);
  });
  const contexts = texts.filter((text) => text !== null);
  const about = record.passages[0]?.source?.externalId;
  const given: z.input<typeof EvalCase> = {
    id: answer.id,
    question: answer.question,
    history: [...(record.parameters?.history ?? [])],
    answers: expected,
    ...(answer.state === 'refused' && expected.length > 0 ? { answerable: true } : {}),
    contexts: [...new Set(contexts)],
    tags: [
      'feedback',
      ...(bad.length > 0 ? ['complaint'] : []),
      ...new Set(bad.flatMap(({ reasons }) => reasons ?? [])),
    ],
    ...(about === undefined ? {} : { cluster: about }),
    meta: {
      answer: answer.text,
      state: answer.state,
      model: answer.model,
      askedAt: answer.createdAt,
      quotes: answer.quotes.map(({ text, title, documentId, version, start, end }) => ({
        text,
        title,
        documentId,
        version,
        start,
        end,
      })),
      feedback,
    },
  };
  return { case: given, missing: texts.length - contexts.length };
}
