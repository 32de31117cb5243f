import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EvalCase } from '../../evals/case.ts';
import { loadConfig } from '../config.ts';
import { createInProcessTarget, type InProcessOptions } from './in-process-target.ts';

const never = new AbortController().signal;
const quiet = () => {};

function open(cases: readonly EvalCase[]) {
  const dataset: InProcessOptions['dataset'] = {
    cases: async function* () {
      for (const [index, one] of cases.entries()) yield { case: one, file: 'cases.jsonl', line: index + 1 };
    },
    ...{ corpus: null, documents: null, corpusHash: null },
  };
  const settings = { kind: 'in-process', models: 'built-in', as: 'documents', mode: 'strict' } as const;
  return createInProcessTarget({ config: loadConfig({}), settings, dataset, suite: 'frozen' });
}

const kept = (days: number, id: string) =>
  EvalCase.parse({
    ...{ id, question: 'How long are deleted files kept?', groups: ['staff'] },
    contexts: [`Deleted files are kept for ${days} days on every plan.`, 'Guests cannot share folders.'],
  });

describe('a case with contexts of its own', () => {
  const target = open([kept(30, 'a'), kept(90, 'b')]);
  beforeAll(async () => {
    await target.prepare(quiet, never);
  }, 60_000);
  afterAll(() => target.close());

  it('is answered from these alone, each quoted by its place', async () => {
    const answers = await Promise.all([kept(30, 'a'), kept(90, 'b')].map((one) => target.ask(one, never)));
    for (const [index, days] of [30, 90].entries()) {
      expect(answers[index]?.text).toContain(`${days} days`);
      expect(answers[index]?.quotes[0]).toMatchObject({ document: 'context 1', found: 'at-offsets' });
      expect(answers[index]?.retrieved.map(({ text }) => text).join()).not.toContain(`${120 - days} days`);
    }
  });
});

it('wants a corpus where a case brings no contexts', async () => {
  const target = open([kept(30, 'a'), EvalCase.parse({ id: 'b', question: 'And this?' })]);
  await expect(target.prepare(quiet, never)).rejects.toMatchObject({ errors: [{ field: 'data.corpus' }] });
});
