import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordedAnswer, recordedPassage, answered as withCase } from '../../test/recorded-answer.ts';
import { type Behaviour, type ModelRequest, startStubModelServer } from '../../test/stub-model-server.ts';
import { stubSuite } from '../../test/stub-suite.ts';
import type { LoadedSuite } from '../suite.ts';
import { freeLedger, outOfBudget } from './judge-ledger.ts';
import { JudgeSettings } from './judge-settings.ts';
import { judgedMetrics } from './judged-metrics.ts';
import { openJudge } from './open-judge.ts';
import { createVerdictCache, type VerdictCache } from './verdict-cache.ts';
import type { VerdictRecord } from './verdict-record.ts';

const never = new AbortController().signal;
const passage = 'Deleted files are kept for 30 days on every plan.';
const quote = 'Deleted files are kept for 30 days';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-panel-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

const says = (label: string, words = quote) =>
  JSON.stringify({ verdicts: [{ sentence: 1, label, quote: label === 'not-a-claim' ? '' : words }] });
/** Each model says what stands under its name. */
const byModel = (said: Readonly<Record<string, string>>): Behaviour => ({
  kind: 'text',
  text: ({ body }: ModelRequest) => said[body.model ?? ''] ?? 'nobody',
});
const down: Behaviour = { kind: 'status', status: 503 };

interface Opened {
  readonly cache?: VerdictCache | null;
  readonly ledger?: typeof freeLedger;
  readonly change?: Partial<LoadedSuite>;
}

async function open(url: string, judge: object, { cache = null, ledger = freeLedger, change = {} }: Opened = {}) {
  const suite = { ...stubSuite(change), judge: JudgeSettings.parse(judge) };
  const panel = await openJudge({ model: null, server: { apiKey: 'k', baseUrl: url }, keys: {} }, { suite, cache });
  if (!panel) throw new Error('no panel');
  const noted: VerdictRecord[] = [];
  const noting = { ...ledger, note: async (record: VerdictRecord) => void noted.push(record) };
  const [metric] = judgedMetrics(panel);
  if (!metric) throw new Error('no metric');
  const answer = recordedAnswer('Files stay for 30 days.', { retrieved: [recordedPassage('a.md', passage, 0)] });
  const asked = withCase({ question: 'How long are files kept?' }, answer);
  return { noted, metric, score: async () => await metric.score(asked, never, noting) };
}

describe('a panel of judges', () => {
  test('votes, and shows the verdict of each with its quote', async () => {
    const otherwise = byModel({ a: says('supported'), b: says('supported'), c: says('contradicted') });
    await using server = await startStubModelServer({ otherwise });
    const { score, noted } = await open(server.url, { models: ['a', 'b', 'c'], temperature: 0.4 });
    expect(await score()).toEqual({
      status: 'ok',
      value: 1,
      evidence: [
        '2 of 3 say supported: Files stay for 30 days.',
        `a: supported: Files stay for 30 days. (“${quote}”)`,
        `b: supported: Files stay for 30 days. (“${quote}”)`,
        `c: contradicted: Files stay for 30 days. (“${quote}”)`,
      ],
    });
    expect(server.requests.map(({ body }) => body.temperature)).toEqual([0.4, 0.4, 0.4]);
    expect(noted.map(({ model, standsFor }) => [model, standsFor])).toEqual(
      ['a', 'b', 'c'].map((name) => [name, null]),
    );
  });

  test('a tie is an error with both verdicts', async () => {
    const otherwise = byModel({ a: says('supported'), b: says('unsupported') });
    await using server = await startStubModelServer({ otherwise });
    const { score } = await open(server.url, { models: ['a', 'b'] });
    expect(await score()).toMatchObject({
      status: 'error',
      reason: 'the judges do not agree on “Files stay for 30 days.”: a says supported, b says unsupported',
      evidence: [expect.stringContaining('a: supported'), expect.stringContaining('b: unsupported')],
    });
  });

  test('each repeat is a call of its own, and is kept by its number', async () => {
    await using server = await startStubModelServer();
    for (const label of ['supported', 'unsupported', 'supported']) server.script({ kind: 'text', text: says(label) });
    const cache = createVerdictCache(join(folder, 'repeats'));
    const first = await open(server.url, { models: ['a'], repeat: 3 }, { cache });
    const score = await first.score();
    expect(score).toMatchObject({ status: 'ok', value: 1 });
    expect(new Set(first.noted.map(({ key }) => key)).size).toBe(3);
    const again = await open(server.url, { models: ['a'], repeat: 3 }, { cache });
    expect(await again.score()).toEqual(score);
    expect(again.noted.every(({ kept }) => kept)).toBe(true);
    expect(again.noted.map(({ repeat }) => repeat).toSorted()).toEqual([0, 1, 2]);
    expect(server.requests).toHaveLength(3);
  });
});

describe('a stand-in', () => {
  test('is asked where a judge cannot be reached, is named, and is counted', async () => {
    await using gone = await startStubModelServer({ otherwise: down });
    await using server = await startStubModelServer({ otherwise: byModel({ b: says('supported') }) });
    const { score, noted } = await open(server.url, { models: [{ model: 'a', url: gone.url }], fallback: ['b'] });
    expect(await score()).toMatchObject({
      status: 'ok',
      value: 1,
      evidence: [`b for a, MODEL_UNAVAILABLE: supported: Files stay for 30 days. (“${quote}”)`],
    });
    expect(noted.map(({ model, standsFor, outcome }) => [model, standsFor, Object.keys(outcome)])).toEqual([
      ['a', null, ['failure']],
      ['b', 'a', ['reply']],
    ]);
  });

  test('votes once in each turn, so that no judge has two votes', async () => {
    await using gone = await startStubModelServer({ otherwise: down });
    await using server = await startStubModelServer({ otherwise: byModel({ c: says('supported') }) });
    const models = ['a', 'b'].map((model) => ({ model, url: gone.url }));
    const { score } = await open(server.url, { models, fallback: ['c'], vote: 'mean' });
    expect(await score()).toMatchObject({
      status: 'error',
      reason: expect.stringMatching(/^1 of 2 judges gave a verdict, too few: b: MODEL_UNAVAILABLE/),
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['a reply that is no verdict', { kind: 'text', text: 'Looks fine.' }, 'wrote no verdict'],
    ['an invented quote', { kind: 'text', text: says('supported', 'kept for 90 days') }, 'does not stand in a source'],
    ['a rejected key', { kind: 'status', status: 401 }, 'MODEL_REJECTED_KEY'],
  ] satisfies [string, Behaviour, string][])('is not asked for %s', async (_what, behaviour, reason) => {
    await using first = await startStubModelServer({ otherwise: behaviour });
    await using server = await startStubModelServer({ otherwise: byModel({ b: says('supported') }) });
    const { score } = await open(server.url, { models: [{ model: 'a', url: first.url }], fallback: ['b'] });
    expect(await score()).toMatchObject({ status: 'error', reason: expect.stringContaining(reason) });
    expect(server.requests).toHaveLength(0);
  });
});

test('a key goes to the host that it is named for, and to no other', async () => {
  await using own = await startStubModelServer({ otherwise: byModel({ a: says('supported') }) });
  await using other = await startStubModelServer({ otherwise: byModel({ a: says('supported') }) });
  const config = {
    model: null,
    server: { apiKey: 'of-the-settings', baseUrl: own.url },
    keys: { [new URL(other.url).host]: 'of-the-other' },
  };
  const models = ['a', { model: 'a', url: other.url }, { model: 'a', url: `${own.url}/` }];
  const suite = { ...stubSuite(), judge: JudgeSettings.parse({ models }) };
  const panel = await openJudge(config, { suite, cache: null });
  const answer = recordedAnswer('Files stay for 30 days.', { retrieved: [recordedPassage('a.md', passage, 0)] });
  await judgedMetrics(panel ?? expect.fail())[0]?.score(withCase({}, answer), never);
  expect(other.requests.map(({ authorization }) => authorization)).toEqual(['Bearer of-the-other']);
  expect(own.requests.map(({ authorization }) => authorization).toSorted()).toEqual([
    'Bearer none',
    'Bearer of-the-settings',
  ]);
});

test('what a panel is made of names it, and a calibration of another one does not fit', async () => {
  const file = join(folder, 'own.md');
  await writeFile(file, 'Judge.\n---\n{{sources}} {{sentences}}');
  const base = { models: ['a', 'b'] };
  const changes = [
    { models: ['a', 'c'] },
    { models: ['a', { model: 'b', url: 'http://127.0.0.1:1/v1' }] },
    { ...base, vote: 'mean' },
    { ...base, repeat: 2 },
    { ...base, fallback: ['c'] },
    { ...base, temperature: 1 },
    { ...base, prompts: { groundedness: file } },
  ];
  const fingerprint = async (judge: object) => (await open('http://127.0.0.1:1/v1', judge)).metric.fingerprint;
  const all = [await fingerprint(base), ...(await Promise.all(changes.map(fingerprint)))];
  expect(new Set(all).size).toBe(all.length);
  expect(all[0]).toMatch(/^a \+ b, majority [0-9a-f]{32}$/);
  expect(await fingerprint({ ...base, prompts: { rubric: await rubricFile() } })).toBe(all[0]);
});

async function rubricFile(): Promise<string> {
  const file = join(folder, 'rubric.md');
  await writeFile(file, 'Judge.\n---\n{{rubric}} {{answer}}');
  return file;
}

test('a call that the budget does not allow ends the run, and is no error of the case', async () => {
  await using server = await startStubModelServer({ otherwise: byModel({ a: says('supported') }) });
  const ledger = { ...freeLedger, reserve: async () => false };
  const { score } = await open(server.url, { models: ['a'] }, { ledger });
  await expect(score()).rejects.toBe(outOfBudget);
  expect(server.requests).toHaveLength(0);
});

test('a budget in dollars needs prices of every judge', async () => {
  const change = { budget: { cost: 1 } };
  const priced = { model: 'a', prices: { input: 1, output: 2 } };
  await open('http://127.0.0.1:1/v1', { models: [priced] }, { change });
  await expect(open('http://127.0.0.1:1/v1', { models: [priced, 'b'] }, { change })).rejects.toMatchObject({
    errors: [{ field: 'stub.yaml, judge.models.1, prices' }],
  });
});

describe('a prompt of one’s own', () => {
  test('is what judges are told', async () => {
    const file = join(folder, 'mine.md');
    await writeFile(file, 'Be strict.\n---\n{{sources}}\n{{sentences}}\n');
    await using server = await startStubModelServer({ otherwise: byModel({ a: says('supported') }) });
    const { score, noted } = await open(server.url, { models: ['a'], prompts: { groundedness: file } });
    await score();
    expect(server.requests[0]?.body.messages?.[0]?.content).toBe('Be strict.');
    expect(noted[0]?.prompt).toMatch(/^mine sha256:/);
  });

  test.each([
    ['that is not there', null, 'no file that can be read'],
    ['in one part', 'Judge {{sources}} {{sentences}}', 'not in two parts'],
    ['with an unknown place', 'Judge\n---\n{{sources}} {{sentences}} {{mood}}', '{{mood}}'],
    ['without a place', 'Judge\n---\n{{sources}}', 'none of {{sentences}}'],
  ])('%s is refused by its name and field', async (_what, text, received) => {
    const file = join(folder, 'broken.md');
    await rm(file, { force: true });
    if (text !== null) await writeFile(file, text);
    const opening = open('http://127.0.0.1:1/v1', { models: ['a'], prompts: { groundedness: file } });
    await expect(opening).rejects.toMatchObject({
      errors: [{ field: `${file}, judge.prompts.groundedness`, received: expect.stringContaining(received) }],
    });
  });
});
