import { z } from 'zod';
import { quotePlaces } from '../answer-record.ts';

/** What the matchers read of an answer: as the API gives it, as the harness records it, or one with these fields by another system. */
const CheckedAnswer = z.object({
  question: z.string().optional(),
  text: z.string(),
  sentences: z.array(
    z.object({ text: z.string(), citations: z.array(z.number()), groundedness: z.number().nullish() }),
  ),
  quotes: z.array(
    z.object({
      number: z.number(),
      text: z.string(),
      title: z.string().optional(),
      uri: z.string().nullish(),
      /** Of a recorded answer. */
      document: z.string().optional(),
      documentId: z.string().optional(),
      found: z.enum(quotePlaces).optional(),
    }),
  ),
  refusal: z.object({ reason: z.string().nullish(), message: z.string() }).nullish(),
});
export type CheckedAnswer = z.output<typeof CheckedAnswer>;

/** Throws TypeError for what is no answer: a matcher that merely failed would pass behind `.not`. */
export function readCheckedAnswer(value: unknown): CheckedAnswer {
  const parsed = CheckedAnswer.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue?.path.join('.') || 'the value';
  throw new TypeError(
    `expected an answer with text, sentences and quotes, as POST /v1/answers gives it; ${place}: ${issue?.message}`,
  );
}
