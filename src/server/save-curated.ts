import { type CuratedAnswer, curatedSource, curatedText } from '../domain/curated-answer.ts';
import { AppError } from '../domain/errors.ts';
import type { CuratedAnswerId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { CuratedContent } from '../store/curated-answers.ts';
import { curatedIdOf, curatedNotFound, sourcesOf } from './curated-schemas.ts';
import type { RouteDeps } from './route-deps.ts';

type SaveDeps = Pick<RouteDeps, 'submit' | 'curatedAnswers'>;

/** Writes a curated answer as the document that it is searched by, bound to the current versions of its sources. */
export async function saveCurated(
  { submit, curatedAnswers }: SaveDeps,
  principal: Principal,
  { id, ...content }: Omit<CuratedContent, 'by'> & { readonly id: CuratedAnswerId },
) {
  const none = { uri: null, acl: [], tags: {}, metadata: {}, language: null, jobId: null };
  const details = { source: curatedSource, externalId: id, title: content.question, ...none };
  const bytes = new TextEncoder().encode(curatedText(content));
  const file = { bytes, fileName: 'curated-answer.md', mediaType: 'text/markdown' };
  await submit.submit(principal, { ...details, curated: { ...content, by: principal } }, file);
  return await readCurated({ curatedAnswers }, principal, id);
}

/** Throws NOT_FOUND. */
export async function readCurated(
  { curatedAnswers }: Pick<SaveDeps, 'curatedAnswers'>,
  principal: Principal,
  id: CuratedAnswerId,
) {
  const curated = await curatedAnswers.get(principal, id);
  if (!curated) throw curatedNotFound();
  return curated;
}

type Content = Omit<CuratedContent, 'by'>;
type Change = { readonly [K in keyof Content]?: Content[K] | undefined };

/**
 * A curated answer with a change; what is left out stays. Its sources are bound anew, for who changes an answer has read them.
 * Throws CONFLICT where one of them is removed and the change names no others.
 */
export function withChange({ id, reasons, ...before }: CuratedAnswer, change: Change) {
  const gone = reasons.find(({ reason }) => reason === 'source-removed');
  if (gone && !change.sources)
    throw new AppError(
      'CONFLICT',
      `The source ${gone.documentId} is removed. Send PATCH with the sources that prove the answer now.`,
    );
  return {
    id: curatedIdOf(id),
    question: change.question ?? before.question,
    variants: change.variants ?? before.variants,
    answer: change.answer ?? before.answer,
    sources: change.sources ?? sourcesOf(before.sources.map(({ documentId }) => ({ documentId }))),
    validUntil: change.validUntil === undefined ? before.validUntil : change.validUntil,
  };
}
