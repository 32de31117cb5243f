import { z } from 'zod';
import { readJsonFile } from '../json-file.ts';
import { checkRecord, raise } from '../problem.ts';
import { kindOf, readTable } from '../records.ts';
import type { GroundednessCase, ReadLabelled } from './labelled-answer.ts';

export const Batch = z.object({
  samples: z.array(
    z.object({
      sample_id: z.number(),
      source: z.string(),
      summary: z.string(),
      annotations: z.array(z.object({ label: z.array(z.string()) })),
      metadata: z.object({ summarizer: z.string() }),
    }),
  ),
});
export const faithbenchColumns = ['source', 'summary', 'worst-label'] as const;
const Row = z.object({
  source: z.string(),
  summary: z.string(),
  'worst-label': z.string(),
  LLM: z.string().default(''),
});

/** From bad to good. */
const labels = ['Unwanted', 'Questionable', 'Benign', 'Consistent'];

/**
 * FaithBench (Bao et al. 2024): a batch as JSON, or `FaithBench.csv`. A summary is not supported where the worst that anybody saw in it is
 * `Unwanted`. The strata name that label and the model. There is no question.
 */
export const readFaithbench: ReadLabelled = async function* (file) {
  if (kindOf(file) === 'table') {
    for await (const { value, line } of readTable(file)) {
      const row = checkRecord(Row, value, { file, line }, raise)?.value;
      if (row) yield toCase({ ...row, id: String(line), worst: row['worst-label'], model: row.LLM });
    }
    return;
  }
  const { value } = await readJsonFile(file, Batch);
  for (const { sample_id: id, annotations, metadata, ...texts } of value.samples) {
    const found = annotations.flatMap(({ label }) => label.map((name) => name.split('.')[0] ?? ''));
    const worst = labels.find((label) => found.includes(label)) ?? 'Consistent';
    yield toCase({ ...texts, id: String(id), worst, model: metadata.summarizer });
  }
};

function toCase(given: {
  id: string;
  source: string;
  summary: string;
  worst: string;
  model: string;
}): GroundednessCase {
  const { id, source, summary, worst, model } = given;
  const isUnsupported = worst.startsWith('Unwanted');
  return { id, context: [source], question: '', response: summary, isUnsupported, strata: [worst, model] };
}
