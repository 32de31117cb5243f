import { z } from 'zod';
import { checkRecord, raise } from '../problem.ts';
import { readTable } from '../records.ts';
import type { ReadLabelled } from './labelled-answer.ts';

export const beginColumns = ['knowledge', 'message', 'response', 'begin_label'] as const;
const Row = z.object({
  knowledge: z.string(),
  message: z.string(),
  response: z.string().min(1),
  begin_label: z.enum(['Fully attributable', 'Not fully attributable', 'Generic']),
  model_name: z.string().default(''),
});

/**
 * BEGIN (Dziri et al. 2022): its table with tabs. What is not `Fully attributable` is not supported, generic replies too, as in TRUE (Honovich et
 * al. 2022). The strata name the label and the model.
 */
export const readBegin: ReadLabelled = async function* (file) {
  for await (const { value, line } of readTable(file)) {
    const row = checkRecord(Row, value, { file, line }, raise)?.value;
    if (!row) continue;
    const { knowledge, message, response, begin_label: label, model_name: model } = row;
    const common = { id: String(line), context: [knowledge], question: message, response };
    yield { ...common, isUnsupported: label !== 'Fully attributable', strata: [label, model] };
  }
};
