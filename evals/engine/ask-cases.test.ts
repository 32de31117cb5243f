import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { stubCases, stubTarget } from '../../test/stub-suite.ts';
import { AnswerRecord } from '../answer-record.ts';
import { askCases } from './ask-cases.ts';
import { createBudget } from './budget.ts';
import { nothingKept } from './kept-results.ts';
import { unlimited } from './limiter.ts';
import { createRetry } from './retry.ts';
import { answersLog } from './run-logs.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'footnote-ask-cases-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A database that is full when it has a few pages. */
function smallDatabase() {
  const database = new DatabaseSync(':memory:');
  database.exec('pragma max_page_count = 4; create table answers (json text)');
  return database.prepare('insert into answers values (?)');
}

it('ends where kept answers have no room, and loses no answer that was paid for', async () => {
  const path = join(root, 'answers.jsonl');
  const answers = await answersLog(path);
  const insert = smallDatabase();
  const target = stubTarget();
  const asking = askCases(
    {
      ...{
        target,
        answers,
        identity: 'stub',
        recordings: null,
        repeats: 1,
        concurrency: 2,
        timeoutMilliseconds: 10_000,
      },
      ...{ retryErrors: false, stop: new AbortController().signal, limiter: unlimited, onProgress: () => {} },
      kept: { ...nothingKept, keepAnswer: (_key, answer) => void insert.run(JSON.stringify(answer)) },
      budget: createBudget({ cost: null, tokens: null }),
      retry: createRetry({ retries: 0 }),
    },
    (async function* () {
      yield* stubCases(200);
    })(),
    200,
  );
  const error = await asking.catch((thrown: unknown) => AppError.from(thrown));
  await answers.close();
  expect(error).toMatchObject({ code: 'STORAGE_FULL' });
  const records = (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => AnswerRecord.parse(JSON.parse(line)));
  expect(records.length).toBeLessThan(200);
  expect(records.length).toBe(target.asked.length);
  expect(records.every((record) => record.answer !== null)).toBe(true);
});
