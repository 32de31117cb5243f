import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { openApp, type TestApp } from '../../test/open-app.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import type { RankerAdministration, RankerFitting, RankerStatus } from '../retrieve/rank/own/administer-ranker.ts';
import type { SqlDriver } from '../store/sql.ts';
import { type Client, createClient } from './client.ts';
import { createOutput } from './output.ts';
import { fitRanker, resetRanker, showRanker } from './ranker.ts';

const judgedAt = '2026-02-03T04:05:06.000Z';
const passing: RankerFitting = {
  putIntoUse: true,
  verdict: {
    passed: true,
    reasons: [],
    questions: 40,
    before: 0.71,
    after: 0.75,
    gain: { mean: 0.04, lower: -0.005, upper: 0.08 },
    judgedAt,
    generation: 7,
    judgements: 'sha256:1',
  },
};
const side = { intercept: 0, features: {} };
const shippedStatus: RankerStatus = {
  weights: 'shipped',
  shipped: { fittedAt: '2026-01-01', hash: 'sha256:2' },
  own: null,
  judgedQuestions: 12,
  neededQuestions: 30,
};
const ownRanker = { fittedAt: judgedAt, shippedHash: 'sha256:2', weights: { hybrid: side, lexical: side } };

let driver: SqlDriver;
let app: TestApp;
let client: Client;
let fitting: RankerFitting;
let status: RankerStatus;
let calls: string[];

beforeAll(async () => {
  driver = await openTestDatabase();
  const rankerAdministration = fakePort<RankerAdministration>('rankerAdministration', {
    show: async () => status,
    async fit(_principal, { check }) {
      calls.push(`fit ${check}`);
      return fitting;
    },
    async reset() {
      calls.push('reset');
    },
  });
  app = await openApp(driver, { rankerAdministration });
  const key = await app.createKey();
  client = createClient(
    async (path, init) => await app.application.app.request(path, init),
    key,
    async () => {},
  );
});
beforeEach(() => {
  fitting = passing;
  status = shippedStatus;
  calls = [];
});
afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

async function run<T>(command: (context: Parameters<typeof showRanker>[0]) => Promise<T>) {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const result = await command({ client, output: createOutput(false, { write }, { write }) });
  return { result, text };
}

it('fits, and prints the figures of the verdict', async () => {
  const { result, text } = await run((context) => fitRanker(context, { check: false }));
  expect([result, calls]).toEqual([0, ['fit false']]);
  expect(text).toContain('rank from the next question on');
  expect(text).toContain('nDCG@10 0.7100 with the shipped weights, 0.7500 with the fitted ones, over 40');
  expect(text).toContain('gain +0.0400, 95 % interval −0.0050 to +0.0800');
});

it('ends with 4 and the reasons when the weights do not pass', async () => {
  fitting = { putIntoUse: false, verdict: { ...passing.verdict, passed: false, reasons: ['The mean gain is low.'] } };
  const { result, text } = await run((context) => fitRanker(context, { check: true }));
  expect([result, calls]).toEqual([4, ['fit true']]);
  expect(text).toContain('nothing is changed.\n  The mean gain is low.');
});

it('shows what ranks, and why own weights do not', async () => {
  expect((await run(showRanker)).text).toMatch(
    /shipped weights rank, fitted 2026-01-01[\s\S]*12 questions .* needs 30/,
  );
  status = { ...shippedStatus, weights: 'own', own: { ...ownRanker, verdict: passing.verdict, note: null } };
  expect((await run(showRanker)).text).toContain(`Your own weights rank, fitted ${judgedAt}.`);
  status = { ...shippedStatus, own: { ...ownRanker, verdict: passing.verdict, note: 'Not used: fit again.' } };
  expect((await run(showRanker)).text).toMatch(/The shipped weights rank[\s\S]*Not used: fit again\./);
});

it('goes back to the shipped weights', async () => {
  expect((await run(resetRanker)).text).toContain('The shipped weights rank.');
  expect(calls).toEqual(['reset']);
});
