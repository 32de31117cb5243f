import { z } from 'zod';

export const objectLimits = { fields: 20, options: 50 } as const;
/** How the text of a string field is written. */
export const fieldFormats = ['date', 'email', 'uri'] as const;

const described = {
  title: z.string().max(200).optional(),
  /** Asked with the name of the field, so that it should say what is wanted and in which unit. */
  description: z.string().max(500).optional(),
};
const option = z
  .string()
  .max(200)
  .regex(/[\p{L}\p{N}]/u, 'a word');

const FieldSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('string'),
    ...described,
    enum: z.array(option).min(1).max(objectLimits.options).optional(),
    format: z.enum(fieldFormats).optional(),
  }),
  z.strictObject({ type: z.literal('number'), ...described }),
  z.strictObject({ type: z.literal('integer'), ...described }),
  z.strictObject({ type: z.literal('boolean'), ...described }),
  z.strictObject({ type: z.literal('array'), ...described, items: z.strictObject({ type: z.literal('string') }) }),
]);

const fieldName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'a letter, then letters, digits, _ or -, at most 64');

/** The part of JSON Schema by which an answer can be asked for as an object. */
export const ObjectSchema = z.strictObject({
  $schema: z.string().max(200).optional(),
  type: z.literal('object'),
  ...described,
  properties: z.record(fieldName, FieldSchema).refine((fields) => {
    const count = Object.keys(fields).length;
    return count > 0 && count <= objectLimits.fields;
  }, `1 to ${objectLimits.fields} fields`),
  /** Changes nothing: a field that the documents do not prove is null. */
  required: z.array(fieldName).max(objectLimits.fields).optional(),
  additionalProperties: z.literal(false).optional(),
});
export type ObjectSchema = z.infer<typeof ObjectSchema>;

export type WantedField = z.infer<typeof FieldSchema> & { readonly name: string };

export function fieldsOf({ properties }: ObjectSchema): WantedField[] {
  return Object.entries(properties).map(([name, field]) => ({ ...field, name }));
}

/** What can be said of a field that is not proved: the documents do not say it, allow several values, or say what is not of its type. */
export const unprovedReasons = ['no-evidence', 'ambiguous', 'wrong-type'] as const;
/** Why a field is null; `unsafe-text` where the tenant's moderation flags what it says. */
export const fieldAbsences = [...unprovedReasons, 'unsafe-text'] as const;
export type FieldAbsence = (typeof fieldAbsences)[number];

export const FieldValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
export type FieldValue = z.infer<typeof FieldValue>;

/** A value with the numbers of the quotes that hold it; null and no quotes where there is a `reason`. */
export const AnswerField = z.object({
  value: FieldValue.nullable(),
  quotes: z.array(z.int().min(1)),
  reason: z.enum(fieldAbsences).optional(),
});
export type AnswerField = z.infer<typeof AnswerField>;

/** What an answer to a question with a schema holds beside its text. */
export const objectShape = {
  object: z.record(z.string(), FieldValue.nullable()).optional(),
  fields: z.record(z.string(), AnswerField).optional(),
};
