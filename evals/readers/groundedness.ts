import { z } from 'zod';
import { AppError } from '../../src/domain/errors.ts';
import { readJsonLines } from './json-lines.ts';

/** An answer with the texts that it should keep to, as people judged it. */
export interface GroundednessCase {
  readonly id: string;
  readonly context: readonly string[];
  readonly question: string;
  readonly response: string;
  /** True when the context does not support the response. */
  readonly isUnsupported: boolean;
}

const Line = z.object({
  id: z.union([z.string(), z.number().transform(String)]).optional(),
  context: z.union([z.string().transform((text) => [text]), z.array(z.string())], {
    error: 'a text or a list of texts',
  }),
  question: z.string().default(''),
  response: z.string(),
  label: z.union([z.literal(0), z.literal(1)], { error: '0, or 1 for an answer that is not supported' }),
});

/** Reads labelled answers, .jsonl or .jsonl.gz. Throws INVALID_REQUEST naming file, line and field, also for a file without answers. */
export async function readGroundednessFile(file: string): Promise<GroundednessCase[]> {
  const lines = await Array.fromAsync(readJsonLines(file, Line), ({ value }) => value);
  if (lines.length === 0)
    throw new AppError('INVALID_REQUEST', `${file} holds no answers.`, {
      errors: [{ field: 'file', expected: 'at least one line', received: 'none' }],
    });
  return lines.map(({ id, label, ...rest }, index) => ({
    ...rest,
    id: id ?? String(index + 1),
    isUnsupported: label === 1,
  }));
}
