import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Prompt, readPrompt } from '../../src/chains/prompts/load-prompts.ts';
import { AppError } from '../../src/domain/errors.ts';

export const judgePromptNames = ['groundedness', 'correctness', 'rubric'] as const;
export type JudgePromptName = (typeof judgePromptNames)[number];

/** What the judge is told; kept apart from the prompts of answers, so that a change here leaves kept answers as they are. */
export type JudgePrompts = Readonly<Record<JudgePromptName, Prompt>>;

/** Our files, and the places that a file in their place must fill, once each or more often; it may leave the question out. */
const prompts = {
  groundedness: { file: 'judge-groundedness.v1', places: ['sources', 'sentences'] },
  correctness: { file: 'judge-correctness.v1', places: ['references', 'answer'] },
  rubric: { file: 'judge-rubric.v1', places: ['rubric', 'answer'] },
} as const satisfies Record<JudgePromptName, { file: string; places: readonly string[] }>;

/**
 * Reads the prompts from beside this file, or from the files that are given. Throws INVALID_REQUEST naming a given file that cannot be read, is
 * not in two parts, or has a place that is unknown or missing.
 */
export function loadJudgePrompts(files: Readonly<Partial<Record<JudgePromptName, string>>> = {}): JudgePrompts {
  const read = (name: JudgePromptName) => {
    const own = files[name];
    if (own === undefined) return readPrompt(new URL(`prompts/${prompts[name].file}.md`, import.meta.url));
    checkPrompt(name, own);
    return readPrompt(pathToFileURL(own));
  };
  return { groundedness: read('groundedness'), correctness: read('correctness'), rubric: read('rubric') };
}

function checkPrompt(name: JudgePromptName, file: string): void {
  const { places } = prompts[name];
  const shown = (names: readonly string[]) => names.map((place) => `{{${place}}}`).join(', ');
  const expected = `a file with what the judge is told, a line with three dashes, and ${shown(places)} and perhaps ${shown(['question'])}`;
  const fail = (received: string, cause?: unknown): never => {
    throw new AppError('INVALID_REQUEST', `The prompt ${file} cannot be used.`, {
      errors: [{ field: `${file}, judge.prompts.${name}`, expected, received }],
      cause,
    });
  };
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    fail('no file that can be read', cause);
  }
  if (text.split('\n---\n').length !== 2) fail('a file that is not in two parts');
  const found = [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, place = '']) => place);
  const unknown = found.filter((place) => place !== 'question' && !(places as readonly string[]).includes(place));
  if (unknown.length > 0) fail(shown(unknown));
  const missing = places.filter((place) => !found.includes(place));
  if (missing.length > 0) fail(`none of ${shown(missing)}`);
}
