import { z } from 'zod';

/** What readers see of the curated answer that a passage or a quote is of: a reviewed answer, with the sources that it was compared with. */
export const Reviewed = z.object({
  id: z.string(),
  question: z.string(),
  sources: z.array(
    z.object({ documentId: z.string(), version: z.int(), title: z.string(), uri: z.string().nullable() }),
  ),
  /** From then on it is not used until somebody confirms it. */
  validUntil: z.iso.datetime().nullable(),
});
export type Reviewed = z.infer<typeof Reviewed>;

/** The same with the other wordings of its question, which the ranking compares. */
export interface ReviewedAnswer extends Reviewed {
  readonly variants: readonly string[];
}

/** Without what only the ranking needs; nothing for a passage of another document. */
export function asReviewed({ reviewed }: { readonly reviewed?: ReviewedAnswer }): { reviewed?: Reviewed } {
  if (!reviewed) return {};
  const { variants: _variants, ...shown } = reviewed;
  return { reviewed: shown };
}
