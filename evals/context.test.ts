import { describe, expect, it } from 'vitest';
import type { AnswerCase, Excerpt } from './answers.ts';
import { evaluateContext } from './context.ts';
import { fixedWindows } from './fixed-windows.ts';
import type { TextSpan } from './metrics/span-recall.ts';
import type { ContextTarget, CorpusRecord } from './target.ts';

const never = new AbortController().signal;
const text = Array.from({ length: 450 }, (_, index) => `w${index}`).join(' ');
const texts = new Map([['guide', text]]);

function question(id: string, excerpts: readonly Excerpt[]): AnswerCase {
  return {
    id,
    text: id,
    answerable: null,
    category: null,
    answers: [],
    goldSentences: [],
    goldQuotes: [],
    excerpts,
    history: [],
  };
}
const excerptOf = (words: string): Excerpt => ({ document: 'guide', text: words, start: text.indexOf(words) });

const noSearch = () => Promise.reject(new Error('no search'));

/** Gives what the script says for each question; passages are kept as records. */
function scripted(answers: Readonly<Record<string, readonly TextSpan[]>>, parsed = texts) {
  const records: CorpusRecord[] = [];
  const target: ContextTarget = {
    addFolder: async () => {},
    addPassages: async (added) => {
      for await (const record of added) records.push(record);
    },
    waitUntilEmbedded: async () => {},
    texts: async () => parsed,
    packContext: async (asked) => answers[asked]?.filter(({ document }) => parsed.has(document)) ?? noSearch(),
    packWhole: async (asked) => answers[asked]?.filter(({ document }) => !parsed.has(document)) ?? noSearch(),
  };
  return { target, records };
}

describe('evaluateContext', () => {
  it('compares the product with windows of 200 words in the same characters', async () => {
    const first = excerptOf('w10 w11 w12');
    const last = excerptOf('w440 w441');
    const product = scripted({ one: [{ document: 'guide', start: first.start, end: first.start + 7 }], two: [] });
    // The third window holds the last words; its own offsets begin at 0.
    const baseline = scripted({
      one: [{ document: '0', start: 0, end: 900 }],
      two: [{ document: '2', start: 0, end: 300 }],
    });
    const report = await evaluateContext(
      { target: product.target, baseline: baseline.target },
      { documents: 'documents', queries: [question('one', [first]), question('two', [last]), question('none', [])] },
      { limit: null, signal: never, progress: () => {} },
    );
    expect(report).toMatchObject({
      questions: 2,
      errors: 0,
      excerptsNotHeld: 0,
      'spanRecall@1500': (7 / first.text.length + 0) / 2,
      'spanRecallFixedWindows@1500': 1,
    });
    expect(baseline.records.map((record) => record.text.split(' ').length)).toEqual([200, 200, 50]);
  });

  it('counts the copy that is packed where a document repeats an excerpt', async () => {
    const repeated = new Map([['guide', `${text} again w10 w11`]]);
    const excerpt = excerptOf('w10 w11');
    const copy = repeated.get('guide')?.lastIndexOf('w10 w11') ?? 0;
    const product = scripted({ one: [{ document: 'guide', start: copy, end: copy + 7 }] }, repeated);
    const report = await evaluateContext(
      { target: product.target, baseline: scripted({ one: [] }).target },
      { documents: 'documents', queries: [question('one', [excerpt])] },
      { limit: null, signal: never, progress: () => {} },
    );
    expect(report).toMatchObject({ 'spanRecall@1500': 1, 'spanRecallFixedWindows@1500': 0 });
  });

  it('counts an excerpt that the parsed text lost as missed, and a failed search as an error', async () => {
    const everything = [{ document: 'guide', start: 0, end: text.length }];
    const windows = [{ document: '0', start: 0, end: 10 }];
    const report = await evaluateContext(
      { target: scripted({ lost: everything }).target, baseline: scripted({ lost: windows }).target },
      {
        documents: 'documents',
        queries: [
          question('lost', [{ ...excerptOf('w1 w2'), text: 'never written' }]),
          question('fails', [excerptOf('w3')]),
        ],
      },
      { limit: null, signal: never, progress: () => {} },
    );
    expect(report).toMatchObject({ questions: 2, errors: 1, excerptsNotHeld: 1, 'spanRecall@1500': 0 });
  });
});

it('fixedWindows hold every word once', () => {
  const words = fixedWindows('a', '  one two\nthree four\n\nfive ', 2).map(({ start, end }) =>
    '  one two\nthree four\n\nfive '.slice(start, end),
  );
  expect(words).toEqual(['one two', 'three four', 'five']);
  expect(fixedWindows('a', ' \n', 2)).toEqual([]);
});
