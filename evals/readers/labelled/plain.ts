import { z } from 'zod';
import { readJsonLines } from '../json-lines.ts';
import type { ReadLabelled } from './labelled-answer.ts';

const Line = z.object({
  id: z.union([z.string(), z.number().transform(String)]).optional(),
  context: z.union([z.string().transform((text) => [text]), z.array(z.string())], {
    error: 'a text or a list of texts',
  }),
  question: z.string().default(''),
  response: z.string(),
  label: z.union([z.literal(0), z.literal(1)], { error: '0, or 1 for an answer that is not supported' }),
});

/** One answer a line: `context`, `question`, `response`, `label` (1: not supported). */
export const readPlain: ReadLabelled = async function* (file) {
  let number = 0;
  for await (const { value } of readJsonLines(file, Line)) {
    number += 1;
    const { id, label, ...rest } = value;
    yield { ...rest, id: id ?? String(number), isUnsupported: label === 1 };
  }
};
