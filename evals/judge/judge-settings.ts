import { z } from 'zod';
import { voteRules } from './count-votes.ts';
import { judgePromptNames } from './judge-prompts.ts';

/** A name alone is a model at the server of the settings. */
const JudgeModelSettings = z.preprocess(
  (value) => (typeof value === 'string' ? { model: value } : value),
  z.strictObject(
    {
      model: z.string().min(1),
      /** Base address of OpenAI's protocol; without it that of EVAL_JUDGE_URL or OPENAI_BASE_URL. Its key stands in EVAL_JUDGE_KEYS. */
      url: z.url({ protocol: /^https?$/, error: 'an http or https URL' }).optional(),
      /** US dollars for a million tokens. */
      prices: z.strictObject({ input: z.number().min(0), output: z.number().min(0) }).optional(),
    },
    'the name of a model, or `model` with `url` and `prices`',
  ),
);
export type JudgeModelSettings = z.output<typeof JudgeModelSettings>;

const nameOf = ({ model, url = '' }: JudgeModelSettings) => `${model} ${url}`;

/** Who judges in a suite, and how: its `judge`. */
export const JudgeSettings = z
  .strictObject({
    /** Each has a vote; without them EVAL_JUDGE_MODEL alone. */
    models: z.array(JudgeModelSettings).min(1).max(9).optional(),
    /** Votes that each model has, each by a call of its own. */
    repeat: z.int().min(1).max(99).default(1),
    vote: z.enum(voteRules).default('majority'),
    /** Asked in place of a model that cannot be reached, in this order. */
    fallback: z.array(JudgeModelSettings).max(9).default([]),
    temperature: z.number().min(0).max(2).default(0),
    /** Files in place of the prompts of the package. */
    prompts: z.partialRecord(z.enum(judgePromptNames), z.string().min(1)).default({}),
  })
  .superRefine(({ models = [], fallback }, context) => {
    const seen = new Set<string>();
    for (const [field, entries] of Object.entries({ models, fallback }))
      for (const [index, entry] of entries.entries()) {
        const message = 'a model that is not named before; `repeat` gives each model more votes';
        if (seen.has(nameOf(entry))) context.addIssue({ code: 'custom', path: [field, index], message });
        seen.add(nameOf(entry));
      }
  });
export type JudgeSettings = z.output<typeof JudgeSettings>;

/** One model, asked once. */
export const oneJudge: JudgeSettings = JudgeSettings.parse({});
