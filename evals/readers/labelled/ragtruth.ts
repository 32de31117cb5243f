import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readJsonLines } from '../json-lines.ts';
import { raise } from '../problem.ts';
import type { ReadLabelled } from './labelled-answer.ts';

const Identifier = z.union([z.string(), z.number().transform(String)]);
const Source = z.object({
  source_id: Identifier,
  task_type: z.string(),
  source_info: z.union([z.string(), z.record(z.string(), z.unknown())]),
});
const Span = z.object({ implicit_true: z.boolean().default(false), due_to_null: z.boolean().default(false) });
const Response = z.object({
  id: Identifier,
  source_id: Identifier,
  response: z.string(),
  quality: z.string().default('good'),
  labels: z.array(Span),
});

export const ragtruthFiles = { responses: 'response.jsonl', sources: 'source_info.jsonl' } as const;

/**
 * RAGTruth (Niu et al. 2024): the folder with `response.jsonl` and `source_info.jsonl`, or the former. An answer with any marked span is not
 * supported. Where all spans are true but not in the source, or come from an empty value, the strata say so (`implicit_true`, `due_to_null`);
 * they name the task too, and a quality that is not good.
 */
export const readRagtruth: ReadLabelled = async function* (path) {
  const folder = (await stat(path)).isDirectory() ? path : dirname(path);
  const sources = new Map<string, { readonly task: string; readonly question: string; readonly context: string[] }>();
  for await (const { value } of readJsonLines(join(folder, ragtruthFiles.sources), Source))
    sources.set(value.source_id, { task: value.task_type, ...contextOf(value.source_info) });
  const file = join(folder, ragtruthFiles.responses);
  for await (const { value, line } of readJsonLines(file, Response)) {
    const { id, source_id: sourceId, response, labels, quality } = value;
    const source = sources.get(sourceId);
    if (!source)
      raise({ file, line, field: 'source_id', expected: `an id of ${ragtruthFiles.sources}`, received: sourceId });
    const all = (mark: 'implicit_true' | 'due_to_null') => labels.length > 0 && labels.every((span) => span[mark]);
    yield {
      id,
      context: source.context,
      question: source.question,
      response,
      isUnsupported: labels.length > 0,
      strata: [
        source.task,
        ...(all('implicit_true') ? ['implicit_true'] : []),
        ...(all('due_to_null') ? ['due_to_null'] : []),
        ...(quality === 'good' ? [] : [quality]),
      ],
    };
  }
};

function contextOf(info: z.output<typeof Source>['source_info']): { question: string; context: string[] } {
  if (typeof info === 'string') return { question: '', context: [info] };
  const { question, passages } = info;
  if (typeof passages !== 'string') return { question: '', context: [JSON.stringify(info, null, 1)] };
  const parts = passages.split(/\s*passage \d+:/).map((text) => text.trim());
  const context = parts.filter((text) => text !== '');
  return { question: typeof question === 'string' ? question : '', context };
}
