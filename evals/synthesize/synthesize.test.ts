import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatModel } from '../../src/models/chat-model.ts';
import { fakePort } from '../../test/fake-port.ts';
import { importCases } from '../datasets/import-cases.ts';
import { nativeLine } from '../datasets/native-line.ts';
import { readFolder } from './documents.ts';
import { factsOf } from './facts.ts';
import { sharedFiveGrams } from './leakage.ts';
import { indexPassages, type PassageIndex } from './passage-index.ts';
import { reviewTable } from './review-table.ts';
import { synthesize } from './synthesize.ts';
import { draftWithModel } from './with-model.ts';

const signal = new AbortController().signal;
const onProgress = () => {};

const lantern = `# The lantern

A lantern keeper is a person who lights the lantern each evening.

## Opening hours

Visitors may climb the tower from nine until five every day.

## How to reset the lamp

1. Switch off the mains.
2. Wait for **two** minutes.
3. Press the green button.

| Lamp | Height | Built |
|---|---|---|
| North | 40 m | 1902 |
| South | 25 m | 1911 |
`;
const ferry = `# The ferry

It runs on all days of the year and takes bicycles on every boat.

| Pier | Boats a day | First boat |
|---|---|---|
| North | 12 | 06:30 |
| Harbour | 30 | 05:15 |
`;

let folder = '';
let index: PassageIndex;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-synthesize-'));
  await mkdir(join(folder, 'docs'));
  await writeFile(join(folder, 'docs', 'lantern.md'), lantern);
  await writeFile(join(folder, 'docs', 'ferry.md'), ferry);
  index = indexPassages(await Array.fromAsync(readFolder(join(folder, 'docs'), { signal, onFailure: onProgress })));
});
afterAll(async () => await rm(folder, { recursive: true }));

describe('templates', () => {
  it('ask for headings, definitions, cells and steps of the text', () => {
    const facts = index.passages.flatMap(factsOf).map(({ kind, question, answer }) => `${kind} ${question} ${answer}`);
    expect(facts).toEqual(
      expect.arrayContaining([
        'heading What does “The lantern” say about opening hours? Visitors may climb the tower from nine until five every day.',
        'definition What is a lantern keeper? a person who lights the lantern each evening',
        'table In “The lantern”, what is “Height” for lamp “North”? 40 m',
        'table In “The ferry”, what is “First boat” for pier “Harbour”? 05:15',
        'procedure What are the steps to reset the lamp? Switch off the mains. Wait for two minutes. Press the green button.',
      ]),
    );
  });

  it('give cases whose quotes stand in the documents, some of two of them and some without an answer', () => {
    const { cases, kinds } = synthesize(index, { count: 12, seed: 1 });
    expect(kinds).toMatchObject({ unanswerable: 3, 'multi-document': 1 });
    const pair = cases.find(({ tags }) => tags.includes('multi-document'));
    expect(new Set(pair?.gold_quotes.map(({ doc }) => doc))).toEqual(new Set(['lantern.md', 'ferry.md']));
    expect(pair?.nuggets).toHaveLength(2);
    for (const given of cases) {
      expect(given.answerable).toBe(given.gold_quotes.length > 0);
      if (given.answerable) expect(given.meta.bm25_rank).toBeInstanceOf(Array);
    }
  });

  it('swap in what no document has', () => {
    const { cases } = synthesize(index, { count: 40, seed: 3 });
    const swapped = cases.flatMap(({ question, meta }) =>
      meta.swapped ? [{ question, ...(meta.swapped as { kind: string; to: string }) }] : [],
    );
    expect(swapped.length).toBeGreaterThan(2);
    for (const { kind, question, to } of swapped) {
      expect(question).toContain(to);
      const attribute = /“([^”]+)” for/.exec(question)?.[1] ?? '';
      expect(index.isHeld(kind === 'crossed' ? `${to} ${attribute}` : to)).toBe(false);
    }
  });

  it('are the same for the same seed, and others for another', () => {
    const questions = (seed: number) => synthesize(index, { count: 10, seed }).cases.map(nativeLine).join('');
    expect(questions(7)).toBe(questions(7));
    expect(questions(8)).not.toBe(questions(7));
  });
});

it('ranks a passage by the words of the question', () => {
  const ranks = index.passages.map(({ number, document }) => [
    document.id,
    index.rankOf('How many boats a day at the harbour pier?', number),
  ]);
  expect(ranks).toContainEqual(['ferry.md', 1]);
  expect(index.rankOf('zzz', 0)).toBeNull();
});

it('finds five words in a row', () => {
  expect(
    sharedFiveGrams('May visitors climb the tower from nine?', 'Visitors may climb the tower from nine until five.'),
  ).toEqual(['climb the tower from nine']);
  expect(sharedFiveGrams('climb the tower from', 'climb the tower from')).toEqual([]);
});

it('gives a table that people fill in and that is read back', async () => {
  const { cases } = synthesize(index, { count: 6, seed: 1 });
  const [first] = cases;
  const table = reviewTable([{ ...(first ?? expect.fail()), question: '=1+1, is it?' }, ...cases.slice(1)]);
  expect(table).toContain("'=1+1, is it?");
  const file = join(folder, 'review.csv');
  await writeFile(
    file,
    table.replace(/^,syn-/gm, 'accept,syn-').replace(/^accept(?=,syn-[^\n]*unanswerable)/gm, 'reject'),
  );
  const out = join(folder, 'accepted.jsonl');
  const report = await importCases(file, { out, signal, onProgress });
  expect(report).toMatchObject({ format: 'review', cases: 5, problems: [] });
  const written = (await readFile(out, 'utf8')).split('\n');
  expect(written[0]).toContain('"=1+1, is it?"');
  expect(`${written[1]}\n`).toBe(nativeLine(cases[1] ?? expect.fail()));
});

describe('a model', () => {
  const replying = (reply: (passages: string) => object | string): ChatModel =>
    fakePort<ChatModel>('chat', {
      id: 'stub',
      async *stream({ messages }) {
        const said = reply(messages.at(-1)?.content ?? '');
        yield { type: 'text', text: typeof said === 'string' ? said : JSON.stringify(said) };
      },
    });
  const draft = async (reply: Parameters<typeof replying>[0], count = 3) =>
    await draftWithModel(index, { chat: replying(reply), count, seed: 1, signal, onProgress });
  const quoteOf = (passages: string) =>
    passages.includes('ferry') ? '| Harbour | 30 | 05:15 |' : 'Press the green button.';

  it('gives cases where its quotes hold, and is thrown away where they do not', async () => {
    let asked = 0;
    const { drafts, unusable } = await draft((passages) => {
      asked += 1;
      const quote = asked === 1 ? 'Press the red button.' : quoteOf(passages);
      return { question: `Which one is it, number ${asked}?`, answer: 'That.', quotes: [{ passage: 1, quote }] };
    });
    expect({ drafts: drafts.length, unusable }).toEqual({ drafts: 2, unusable: 0 });
    const { kinds, discarded } = synthesize(index, { count: 2, seed: 1, drafts });
    expect(discarded.unaligned).toBe(1);
    expect(kinds.model).toBe(drafts.length - 1);
  });

  it.each([
    ['no JSON', 'Here is a question for you.'],
    ['no quote', { question: 'Which?', answer: 'That.', quotes: [] }],
    ['a passage that was not given', { question: 'Which?', answer: 'That.', quotes: [{ passage: 9, quote: 'x' }] }],
  ])('does not count with %s', async (_name, reply) => {
    const { drafts, unusable } = await draft(() => reply);
    expect(drafts).toEqual([]);
    expect(unusable).toBeGreaterThan(0);
  });
});
