import { z } from 'zod';
import { readJsonFile } from '../json-file.ts';
import { readMessages } from '../messages.ts';
import { raise } from '../problem.ts';
import type { ReadLabelled } from './labelled-answer.ts';

const Context = z.object({ document_id: z.string().optional(), text: z.string().optional() });
const Rating = z.object({ value: z.union([z.number(), z.string()]) });

export const Inspected = z.object({
  documents: z.array(z.object({ document_id: z.string(), text: z.string() })).default([]),
  tasks: z.array(
    z.object({
      task_id: z.string(),
      input: z.array(z.object({ speaker: z.string(), text: z.string() })),
      contexts: z.array(Context).default([]),
    }),
  ),
  evaluations: z.array(
    z.object({
      task_id: z.string(),
      model_id: z.string(),
      model_response: z.string(),
      contexts: z.array(Context).optional(),
      annotations: z.record(z.string(), z.record(z.string(), Rating)),
    }),
  ),
});

/** Of four: from here on, people called an answer faithful. */
const faithfulFrom = 3;

/**
 * The human evaluation of MTRAG (Katsis et al. 2025), in the layout of InspectorRAGet. An answer is not supported where the raters' mean of
 * `faithfulness`, from 1 to 4, is below 3; one without such a rating is left out. The strata name the model.
 */
export const readMtrag: ReadLabelled = async function* (file) {
  const { value } = await readJsonFile(file, Inspected);
  const texts = new Map(value.documents.map(({ document_id: id, text }) => [id, text]));
  const tasks = new Map(value.tasks.map((task) => [task.task_id, task]));
  for (const evaluation of value.evaluations) {
    const { task_id: taskId, model_id: model, model_response: response, annotations } = evaluation;
    const name = Object.keys(annotations).find((metric) => /faithful/i.test(metric));
    const ratings = Object.values((name && annotations[name]) || {}).map((rating) =>
      Number.parseFloat(String(rating.value)),
    );
    if (ratings.length === 0 || ratings.some(Number.isNaN)) continue;
    const task = tasks.get(taskId);
    if (!task) raise({ file, line: 1, field: 'evaluations', expected: 'a task_id of tasks', received: taskId });
    const context = (evaluation.contexts ?? task.contexts).flatMap(
      ({ text, document_id: id }) => text ?? texts.get(id ?? '') ?? [],
    );
    const mean = ratings.reduce((sum, rating) => sum + rating, 0) / ratings.length;
    const question = readMessages(task.input)?.question ?? '';
    yield {
      id: `${taskId} ${model}`,
      context,
      question,
      response,
      isUnsupported: mean < faithfulFrom,
      strata: [model],
    };
  }
};
