import { expect, test } from 'vitest';
import { modelFamily, selfPreferenceWarning } from './model-family.ts';

test.each([
  ['gpt-4.1-mini', 'GPT'],
  ['openai/o3-mini', 'GPT'],
  ['claude-sonnet-4-5', 'Claude'],
  ['us.anthropic.claude-3-haiku', 'Claude'],
  ['models/gemini-2.5-flash', 'Gemini'],
  ['llama3.1:8b', 'Llama'],
  ['meta-llama/Llama-3.3-70B-Instruct', 'Llama'],
  ['mixtral-8x7b', 'Mistral'],
  ['qwen2.5:7b-instruct', 'Qwen'],
  ['solar-pro', 'solar'],
  ['extractive', null],
])('%s is of the family %s', (model, family) => {
  expect(modelFamily(model)).toBe(family);
});

test('warns of the generators of the judge’s own family, each once', () => {
  expect(selfPreferenceWarning('gpt-4.1', ['gpt-4o', 'gpt-4o', 'claude-x', 'extractive'])).toMatch(
    /^gpt-4o wrote what gpt-4\.1 judges, both GPT/,
  );
  expect(selfPreferenceWarning('claude-x', ['gpt-4o', 'extractive'])).toBeNull();
});
