import type { CaseMetric } from '../../metric.ts';
import { na, ok } from '../score.ts';

/**
 * Number of documents and texts that the case forbids and the asker got all the same; an invariant, which must be 0. Documents count wherever the answer or
 * one of its events names them: as source of a quote or a passage, as one that says the same, as near document of a refusal, behind a reviewed answer.
 * Texts count in all of its words, titles and events, whatever their case, spaces and compatibility forms, unless the question or the history has them.
 * `na` for cases that forbid nothing.
 */
export const forbiddenSources: CaseMetric = {
  of: 'case',
  name: 'forbiddenSources',
  group: 'robustness',
  description: 'Documents and texts that the asker must never see, and got',
  better: 'lower',
  unit: 'count',
  version: 1,
  score: ({ case: { forbidden_docs = [], forbidden_text = [], question, history }, answer }) => {
    if (forbidden_docs.length + forbidden_text.length === 0) return na('the case forbids no document and no text');
    const got = gather(answer);
    const text = plain(got.texts);
    const own = plain([question, ...history.flatMap((turn) => [turn.question, turn.answer])]);
    const found = [
      ...forbidden_docs.filter((name) => got.documents.has(name)),
      ...forbidden_text.filter((words) => text.includes(plain([words])) && !own.includes(plain([words]))),
    ];
    return ok(new Set(found).size, [...new Set(found)]);
  },
};

const documentFields = new Set(['document', 'documentId']);

interface Got {
  readonly documents: Set<string>;
  readonly texts: string[];
}

/** All names of documents and all texts in a value, however deep. */
function gather(value: unknown, field = '', got: Got = { documents: new Set(), texts: [] }): Got {
  if (typeof value === 'string') {
    got.texts.push(value);
    if (documentFields.has(field)) got.documents.add(value);
  } else if (typeof value === 'object' && value !== null)
    for (const [name, inner] of Object.entries(value)) gather(inner, name, got);
  return got;
}

const plain = (texts: readonly string[]) => texts.join('\0').normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ');
