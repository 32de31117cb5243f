import { z } from 'zod';
import { readJsonFile } from '../json-file.ts';
import type { ReadLabelled } from './labelled-answer.ts';

const Document = z.object({ text: z.string() });
const Item = z.object({
  question: z.string().default(''),
  docs: z.array(Document).default([]),
  sentences: z.array(
    z.object({
      text: z.string(),
      citations: z.array(z.object({ text: z.string().optional() })).default([]),
      sentence_recall_score: z.number(),
    }),
  ),
});
/** By data set, model and question; beside the questions stand the overall results. */
export const Judged = z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown())));

/**
 * Human judgements of citations in ALCE (Gao et al. 2023), `human_eval_citations_completed.json`: each sentence of an answer with the documents that
 * it cites. It is not supported where they do not fully support it (`sentence_recall_score` 0). A sentence that cites nothing is left out: there
 * is nothing that it could keep to. The strata name data set and model.
 */
export const readAlce: ReadLabelled = async function* (file) {
  const { value } = await readJsonFile(file, Judged);
  for (const [set, models] of Object.entries(value))
    for (const [model, items] of Object.entries(models))
      for (const [id, entry] of Object.entries(items)) {
        const item = Item.safeParse(entry);
        if (!item.success) continue;
        const { question, docs, sentences } = item.data;
        for (const [place, { text, citations, sentence_recall_score: recall }] of sentences.entries()) {
          const given = citations.flatMap((citation) => citation.text ?? []);
          const context = given.length > 0 ? given : citedIn(text).flatMap((number) => docs[number - 1]?.text ?? []);
          if (context.length === 0) continue;
          const response = text.replace(/\s*\[\d+\]/g, '');
          const common = { id: `${set} ${model} ${id} ${place}`, context, question, response };
          yield { ...common, isUnsupported: recall < 1, strata: [set, model] };
        }
      }
};

function citedIn(text: string): number[] {
  return [...new Set([...text.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number)))];
}
