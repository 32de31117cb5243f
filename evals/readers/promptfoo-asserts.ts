import type { z } from 'zod';
import type { EvalCase } from '../case.ts';
import { textOf, textsOf } from './cells.ts';

type CheckInput = NonNullable<z.input<typeof EvalCase>['checks']>[number];

/** An assertion as promptfoo writes it. */
export interface Assertion {
  readonly type: string;
  readonly value?: unknown;
  readonly threshold?: unknown;
  readonly assert?: readonly Assertion[];
}

/** What an assertion says of a case. */
export interface Expectation {
  readonly checks: readonly CheckInput[];
  /** From `is-refusal`. */
  readonly answerable: boolean | null;
}

/** Null for an assertion that no check expresses. */
export function toExpectation({ type, value, threshold, assert = [] }: Assertion): Expectation | null {
  if (type === 'assert-set') {
    const parts = assert.map(toExpectation);
    const isPlain = threshold === undefined && parts.every((part) => part !== null);
    return isPlain
      ? {
          checks: parts.flatMap((part) => part.checks),
          answerable: parts.find((part) => part.answerable !== null)?.answerable ?? null,
        }
      : null;
  }
  if (type === 'is-refusal' || type === 'not-is-refusal') return { checks: [], answerable: type === 'not-is-refusal' };
  const ignore_case = /^(not-)?icontains/.test(type);
  const kind = type.replace('icontains', 'contains');
  const text = textOf(value);
  const texts = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : textsOf(value);
  const checks = checksOf(kind, text, texts);
  if (!checks || checks.length === 0) return null;
  return { checks: checks.map((check) => ({ ...check, ignore_case })), answerable: null };
}

function checksOf(kind: string, text: string | null, texts: readonly string[]): CheckInput[] | null {
  switch (kind) {
    case 'contains-any':
    case 'contains-all':
      return texts.length > 0 ? [{ kind, value: [...texts] }] : null;
    case 'not-contains-any':
      return texts.map((value) => ({ kind: 'not-contains', value }));
  }
  if (text === null) return null;
  switch (kind) {
    case 'contains':
    case 'not-contains':
    case 'equals':
    case 'starts-with':
    case 'regex':
    case 'not-regex':
      return [{ kind, value: text }];
    case 'not-equals':
      return [{ kind: 'not-regex', value: `^${RegExp.escape(text)}$` }];
    case 'not-starts-with':
      return [{ kind: 'not-regex', value: `^${RegExp.escape(text)}` }];
    case 'llm-rubric':
      return [{ kind: 'rubric', value: text.trim() }];
    case 'not-llm-rubric':
      return [{ kind: 'rubric', value: `The opposite of this holds: ${text.trim()}` }];
    default:
      return null;
  }
}

const types =
  'answer-relevance bleu classifier contains contains-all contains-any contains-html contains-json contains-sql contains-xml context-faithfulness context-recall context-relevance conversation-relevance cost equals factuality finish-reason g-eval gleu guardrails icontains icontains-all icontains-any is-html is-json is-refusal is-sql is-valid-function-call is-valid-openai-function-call is-valid-openai-tools-call is-xml javascript latency levenshtein llm-rubric meteor model-graded-closedqa model-graded-factuality moderation perplexity perplexity-score pi python regex rouge-n ruby search-rubric similar starts-with tool-call-f1 webhook word-count'
    .split(' ')
    .join('|');
const written = new RegExp(
  `^(?<type>(?:not-)?(?:${types}))(?:\\((?<threshold>\\d+(?:\\.\\d+)?)\\))?(?::(?<value>[\\s\\S]*))?$`,
);
/** Other names for types in tables. */
const aliases: Readonly<Record<string, string>> = {
  grade: 'llm-rubric',
  fn: 'javascript',
  eval: 'javascript',
  file: 'javascript',
};

/** An assertion in a cell, `type: value`; a cell without a type must be equalled. */
export function readAssertion(cell: string): Assertion {
  const alias = /^(grade|fn|eval|file):/.exec(cell)?.[1];
  if (alias !== undefined) return { type: aliases[alias] ?? alias, value: cell.slice(alias.length + 1) };
  const { type, value } = written.exec(cell.trim())?.groups ?? {};
  if (type === undefined) return { type: 'equals', value: cell };
  return { type, value: type.endsWith('regex') ? value?.trim() : value?.trimStart() };
}
