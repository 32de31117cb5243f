import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newId } from '../../domain/ids.ts';
import { createTermWeights } from '../evidence/term-weights.ts';
import { joinEvidence } from './join-evidence.ts';
import { readEvidence } from './read-evidence.ts';
import { scoreGroundedness } from './score-groundedness.ts';

const weights = createTermWeights({ lookUp: null, tenant: newId('tenant'), sample: 'The plans of the team' });

it('supports sentences as all texts read at once do', () => {
  const word = fc.constantFrom('plan', 'team', 'refund', 'the', 'not', 'Kestrel', 'price', 'month', '30', 'days');
  const sentence = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => `The ${words.join(' ')} here.`);
  const text = fc.array(sentence, { maxLength: 3 }).map((sentences) => sentences.join(' '));
  fc.assert(
    fc.property(sentence, fc.array(text, { minLength: 1, maxLength: 4 }), (claim, texts) => {
      const joined = joinEvidence(texts.map((one) => readEvidence([one], weights)));
      const whole = readEvidence(texts, weights);
      const score = (evidence: typeof whole) => scoreGroundedness({ sentence: claim, evidence, given: [], weights });
      expect(score(joined)).toEqual(score(whole));
      expect(joined.quantities).toEqual(whole.quantities);
      expect(joined.pieces).toEqual(whole.pieces);
    }),
  );
});
it('is nothing of nothing', () => {
  expect(joinEvidence([])).toMatchObject({ text: '', pieces: [] });
});

it('numbers and negations are read once, whoever asks, and numbers stand at their places in all', () => {
  const evidence = readEvidence(['It takes 5 days.', 'It is not 7 weeks.'], { language: 'en' });
  expect(evidence.quantities).toBe(evidence.quantities);
  expect(evidence.polarity).toBe(evidence.polarity);
  expect(evidence.quantities.map(({ start }) => evidence.text[start])).toEqual(['5', '7']);
});
