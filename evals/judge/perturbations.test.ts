import { beforeAll, describe, expect, test } from 'vitest';
import { readContents, sampleFolder } from '../../src/cli/read-contents.ts';
import { createRandom } from '../../src/domain/random.ts';
import { paraphrase } from './paraphrases.ts';
import { makePerturbations, type Perturbation, perturbationKinds } from './perturbations.ts';
import { createLexicalJudge, type SupportJudge } from './support-judge.ts';
import { tryPerturbations } from './try-perturbations.ts';

const options = { signal: new AbortController().signal, onProgress: () => {} };

let contents: readonly string[];
let made: readonly Perturbation[];
beforeAll(async () => {
  contents = await readContents(sampleFolder, options.signal);
  made = makePerturbations({ contents, count: 40, seed: 1 });
});

const ofKind = (kind: string) => made.filter((each) => each.kind === kind);

describe('perturbations of the sample', () => {
  test('there are some of each kind, the same for the same seed', () => {
    for (const kind of perturbationKinds) expect(ofKind(kind).length, kind).toBeGreaterThanOrEqual(30);
    expect(makePerturbations({ contents, count: 40, seed: 1 })).toEqual(made);
    expect(makePerturbations({ contents, count: 40, seed: 2 })).not.toEqual(made);
    expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
  });

  test('what is altered stands nowhere in its context, what is not stands there', () => {
    for (const kind of ['number', 'entity', 'negation', 'fabricated'])
      for (const { context, response, isUnsupported } of ofKind(kind)) {
        expect(context.join('\n')).not.toContain(response);
        expect(isUnsupported).toBe(true);
      }
    for (const { context, response, isUnsupported } of ofKind('verbatim')) {
      expect(context.join('\n')).toContain(response);
      expect(isUnsupported).toBe(false);
    }
  });

  test('an outdated value stands in its context with a note that it no longer holds', () => {
    for (const { context, response } of ofKind('superseded')) {
      const [text = ''] = context;
      expect(text.indexOf('no longer holds')).toBeGreaterThan(text.indexOf(response));
    }
  });

  test('documents without a sentence give none', () => {
    expect(makePerturbations({ contents: ['# Heading\n\n- item\n'], count: 5, seed: 1 })).toEqual([]);
  });
});

describe('paraphrase', () => {
  test.each([
    [
      'If the quota is used up, uploads begin to fail at once.',
      'Uploads start to fail right away if the quota is used up.',
    ],
    ['You cannot share every folder.', 'You can’t share each folder.'],
    [
      'Files are kept for 3 days because users need a way back.',
      'Files are kept for three days since users require a way back.',
    ],
    ['Nothing here can be said otherwise.', null],
  ])('%s', (sentence, expected) => {
    expect(paraphrase(sentence, createRandom(1))).toBe(expected);
  });

  test('a clause is not moved before a second main clause', () => {
    const said = paraphrase('After that every file is erased, and support cannot bring it back.', createRandom(1));
    expect(said).toBe('After that each file is erased, and support can’t bring it back.');
  });
});

describe('tryPerturbations', () => {
  test('the built-in scorer lets what stands there through, and catches most other numbers and inventions', async () => {
    const { kinds, errors } = await tryPerturbations(createLexicalJudge(made), made, options);
    expect(errors).toBe(0);
    expect(kinds.verbatim?.share).toBe(0);
    expect(kinds.paraphrase?.share).toBeLessThan(0.15);
    expect(kinds.fabricated?.share).toBeGreaterThan(0.9);
    expect(kinds.number?.share).toBeGreaterThan(0.6);
    expect(kinds.number?.interval?.[0]).toBeGreaterThan(0.4);
  });

  test('a judge without a verdict is neither right nor wrong', async () => {
    const judge: SupportJudge = {
      name: 'broken',
      fingerprint: 'broken',
      threshold: 0.5,
      atOnce: 3,
      score: async ({ response }) =>
        response.length % 2 === 0 ? { status: 'error', reason: 'prose' } : { status: 'ok', value: 0 },
    };
    const { kinds, errors, cases } = await tryPerturbations(judge, made, options);
    const verbatim = ofKind('verbatim').filter(({ response }) => response.length % 2 === 1);
    expect(kinds.verbatim).toMatchObject({ tried: verbatim.length, flagged: verbatim.length, share: 1 });
    expect(errors).toBe(made.filter(({ response }) => response.length % 2 === 0).length);
    expect(cases.find(({ flagged }) => flagged === null)?.reason).toBe('prose');
  });

  test('stops at the signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(tryPerturbations(createLexicalJudge(made), made, { ...options, signal })).rejects.toThrow('enough');
  });
});
