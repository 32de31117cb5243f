import { z } from '@hono/zod-openapi';
import { CuratedAnswer } from '../domain/curated-answer.ts';
import { AppError } from '../domain/errors.ts';
import { type CuratedAnswerId, isId } from '../domain/ids.ts';
import { documentIdOf } from './document-details.ts';
import { text } from './schemas.ts';

export const CuratedAnswerSchema = CuratedAnswer.clone().openapi('CuratedAnswer');

/** A question stands on one line: it is a heading of the document. */
const wording = text(500, 1).refine((value) => !/[\r\n]/.test(value), 'one line');

const sources = z
  .array(z.strictObject({ documentId: z.string().max(100), version: z.int().min(1).optional() }))
  .min(1)
  .max(20)
  .refine((all) => new Set(all.map(({ documentId }) => documentId)).size === all.length, 'each document once')
  .openapi({
    description: 'Documents that prove it, each in its current version; a `version` that is not current is refused.',
  });

const validUntil = z.iso.datetime({ offset: true }).nullable();

const shape = {
  question: wording,
  variants: z.array(wording).max(50),
  answer: text(20_000, 1),
  sources,
  validUntil,
};

export const CuratedAnswerBody = z
  .strictObject({ ...shape, variants: shape.variants.default([]), validUntil: validUntil.default(null) })
  .openapi('CuratedAnswerRequest');
export type CuratedAnswerBody = z.output<typeof CuratedAnswerBody>;

export const CuratedAnswerChange = z.strictObject(shape).partial().openapi('CuratedAnswerChange');
export const CuratedAnswerConfirmation = z.strictObject({ validUntil }).partial().openapi('CuratedAnswerConfirmation');

export function curatedIdOf(value: string): CuratedAnswerId {
  if (isId('curatedAnswer', value)) return value;
  throw curatedNotFound();
}

export function curatedNotFound(): AppError {
  return new AppError('NOT_FOUND', 'There is no such curated answer.');
}

/** Sources as the store takes them. Throws NOT_FOUND for what is no id of a document. */
export function sourcesOf(given: CuratedAnswerBody['sources']) {
  return given.map(({ documentId, version = null }) => ({ documentId: documentIdOf(documentId), version }));
}
