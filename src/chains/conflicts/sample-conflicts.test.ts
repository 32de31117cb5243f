import { globSync, readFileSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLibrary } from '../../../scripts/fit-refusal/library.ts';
import { sampleAnswerInput } from '../../../test/answer-input.ts';
import { samplePrincipal } from '../../../test/sample-documents.ts';
import { type Answer, type AnswerEvent, foldAnswer } from '../../domain/answer.ts';
import { prepareDocument } from '../../ingest/prepare-document.ts';
import type { Embedder } from '../../models/embedder.ts';
import { createMiniLmEmbedder } from '../../models/minilm/minilm-embedder.ts';
import { createTokenCounter } from '../../models/minilm/tokenizer.ts';
import type { AnswerQuestion } from '../answer-question.ts';
import { createAnswerQuestion } from '../answer-question-chain.ts';

interface Question {
  readonly id: string;
  readonly text: string;
  readonly category: string;
  readonly history?: { question: string; answer: string }[];
}

const root = resolve(import.meta.dirname, '../../../datasets/handbook');
const questions: readonly Question[] = readFileSync(resolve(root, 'queries.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line): Question => JSON.parse(line));
/** What the data card says: the two subjects of which documents say different things. */
const planted = [
  ['policies/deleted-files-policy.html', 'policies/retention-schedule.md', '30 days', '60 days'],
  ['api/getting-started.md', 'api/rate-limits.md', '100 requests a minute', '120 requests a minute'],
];
const signal = new AbortController().signal;
let embedder: Embedder;
let answerQuestion: AnswerQuestion;
let library: Awaited<ReturnType<typeof openLibrary>>;
let names: ReadonlyMap<string, string>;

beforeAll(async () => {
  embedder = createMiniLmEmbedder({ threads: 1 });
  const countTokens = createTokenCounter();
  const files = globSync(resolve(root, 'documents/**/*.*')).sort();
  const documents = await Promise.all(
    files.map((file) => {
      const request = {
        bytes: readFileSync(file),
        fileName: basename(file),
        mediaType: '',
        title: null,
        language: null,
      };
      return prepareDocument(request, countTokens);
    }),
  );
  library = await openLibrary(documents, { embedder, countTokens, signal });
  names = new Map(library.ids.map((id, index) => [id, relative(resolve(root, 'documents'), files[index] ?? '')]));
  const log = { warn: () => {} };
  const fixed = { evidenceDeadline: 60_000, chat: null, refusalThreshold: null, now: () => new Date(), log };
  const deps = { ...library, embedder, ...fixed };
  answerQuestion = createAnswerQuestion(deps);
}, 300_000);
afterAll(async () => await embedder.close());

async function ask({ text, history = [] }: Question): Promise<Answer> {
  const input = sampleAnswerInput(samplePrincipal(library.tenant), text, { history });
  const events: AnswerEvent[] = [];
  for await (const event of answerQuestion(input, signal)) events.push(event);
  const answer = foldAnswer(events);
  if (!answer) throw new Error('There is no answer.');
  return answer;
}

/** Each conflict as its documents and what they state, sorted. */
function conflictsOf({ conflicts = [], quotes }: Answer): string[][] {
  return conflicts.map(({ quotes: numbers, stated }) => {
    const documents = numbers.map((number) => names.get(quotes[number - 1]?.documentId ?? '') ?? '');
    return [...documents.sort(), ...(stated ?? []).toSorted()];
  });
}

test('both contradictions of the sample are found, and stated with their documents', async () => {
  const found: string[][] = [];
  const asked = questions.filter(({ category }) => category === 'contradictory');
  for (const question of asked) {
    const answer = await ask(question);
    const conflicts = conflictsOf(answer);
    for (const conflict of conflicts) expect(planted).toContainEqual(conflict);
    if (conflicts.length > 0) expect(answer.text).toContain('The documents contradict each other');
    found.push(...conflicts);
  }
  for (const pair of planted) expect(found).toContainEqual(pair);
  // The passages of the others hold one side only; without vectors in time, one more may.
  expect(found.length).toBeGreaterThanOrEqual(4);
}, 300_000);

test('100 ordinary questions bring no other contradiction to light', async () => {
  const ordinary = questions.filter(({ category }) => category !== 'contradictory' && category !== 'out-of-scope');
  let answered = 0;
  for (const question of ordinary.slice(0, 100)) {
    const answer = await ask(question);
    answered += answer.state === 'finished' ? 1 : 0;
    for (const conflict of conflictsOf(answer)) expect(planted, question.text).toContainEqual(conflict);
  }
  expect(answered).toBeGreaterThan(80);
}, 300_000);
