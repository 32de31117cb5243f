import { z } from 'zod';
import { documentStates } from './document.ts';

/** The source of the documents that hold curated answers; no other document may name it. */
export const curatedSource = 'curated-answers';

/** The heading below which other wordings of the question stand, after the answer. */
export const variantsHeading = '## Also asked as';

/** `active`: used in answers; `needs-review`: not, until somebody confirms it. */
export const curatedStates = ['active', 'needs-review'] as const;
export type CuratedState = (typeof curatedStates)[number];

export const reviewReasons = ['source-changed', 'source-removed', 'expired'] as const;

export const CuratedAnswer = z.object({
  id: z.string(),
  /** The document by which it is searched, quoted and removed. */
  documentId: z.string(),
  documentState: z.enum(documentStates),
  question: z.string(),
  variants: z.array(z.string()),
  /** Markdown. */
  answer: z.string(),
  sources: z.array(
    z.object({
      documentId: z.string(),
      version: z.int(),
      /** Null once it is removed, as its title. */
      currentVersion: z.int().nullable(),
      title: z.string().nullable(),
      uri: z.string().nullable(),
    }),
  ),
  validUntil: z.iso.datetime().nullable(),
  state: z.enum(curatedStates),
  /** Why it needs review; none while it is active. */
  reasons: z.array(z.object({ reason: z.enum(reviewReasons), documentId: z.string().nullable() })),
  confirmedAt: z.iso.datetime(),
  confirmedBy: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type CuratedAnswer = z.infer<typeof CuratedAnswer>;

/** The Markdown that is indexed: the question as its heading, the answer, then the other wordings. */
export function curatedText({ question, variants, answer }: Pick<CuratedAnswer, 'question' | 'variants' | 'answer'>) {
  const asked = variants.length === 0 ? [] : [variantsHeading, variants.map((variant) => `- ${variant}`).join('\n')];
  return `${[`# ${question}`, answer, ...asked].join('\n\n')}\n`;
}
