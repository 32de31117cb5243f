import { type EvalCase, goldDocuments, type PlacedCase } from '../case.ts';
import type { Problem } from '../readers/problem.ts';
import { createSimilarQuestions } from './similar-questions.ts';

export type Severity = 'error' | 'warning';

/** Rules, each with how bad it is to break it. An error makes figures wrong, a warning makes them say less. */
export const lintRules = {
  unreadable: 'error',
  'duplicate-id': 'error',
  'unknown-assert': 'error',
  'empty-dataset': 'error',
  'quote-not-found': 'error',
  'document-not-found': 'error',
  'unanswerable-with-answer': 'error',
  'forbidden-gold': 'error',
  'broken-pattern': 'error',
  'similar-question': 'warning',
  'answerable-without-answer': 'warning',
  'missing-gold': 'warning',
  'class-balance': 'warning',
  'corpus-unreadable': 'warning',
} as const satisfies Record<string, Severity>;
export type LintRule = keyof typeof lintRules;

export interface Finding {
  readonly rule: LintRule;
  readonly severity: Severity;
  readonly file: string;
  /** From 1; null where it is about the whole. */
  readonly line: number | null;
  readonly message: string;
}

type Place = Pick<Finding, 'file' | 'line'>;

export function findingOf(rule: LintRule, { file, line }: Place, message: string): Finding {
  return { rule, severity: lintRules[rule], file, line, message };
}

export function findingOfProblem({ kind, field, expected, received, ...place }: Problem): Finding {
  const message = kind === 'duplicate-id' ? `the id ${received}` : `${field}: expected ${expected}, got ${received}`;
  return findingOf(kind ?? 'unreadable', place, message);
}

/** A share of one class below this says little about it. */
const leastShare = 0.1;

/**
 * Looks at cases one after the other, and at all of them in the end. What is against the corpus is looked at by `createQuoteLint`.
 */
export function createCaseLint() {
  const findSimilar = createSimilarQuestions();
  const counts = { cases: 0, answerable: 0, unanswerable: 0 };
  return {
    look(placed: PlacedCase): Finding[] {
      const { case: given, ...place } = placed;
      counts.cases += 1;
      if (given.answerable === true) counts.answerable += 1;
      if (given.answerable === false) counts.unanswerable += 1;
      const similar = findSimilar(given, place.line);
      const isMeant = similar !== null && given.paraphrase_of !== undefined;
      return [
        ...lintCase(given).map(({ rule, message }) => findingOf(rule, place, message)),
        ...(similar && !isMeant
          ? [findingOf('similar-question', place, `asks the same as ${similar.id} in line ${similar.line}`)]
          : []),
      ];
    },
    finish: (file: string): Finding[] =>
      lintWhole(counts).map(({ rule, message }) => findingOf(rule, { file, line: null }, message)),
  };
}

type Broken = Pick<Finding, 'rule' | 'message'>;

function lintCase(given: EvalCase): Broken[] {
  const { answers, nuggets, checks, gold_docs, gold_quotes, answerable, forbidden_docs = [] } = given;
  const forbiddenGold = goldDocuments(given).find((doc) => forbidden_docs.includes(doc));
  const hasAnswer = answers.length > 0 || nuggets.length > 0;
  const hasGold = gold_docs.some(({ grade }) => grade > 0) || gold_quotes.length > 0;
  const patterns = checks.filter(({ kind }) => kind === 'regex' || kind === 'not-regex');
  return [
    ...patterns.flatMap(({ value }) => brokenPattern(String(value))),
    ...(forbiddenGold === undefined
      ? []
      : [{ rule: 'forbidden-gold' as const, message: `${forbiddenGold} is wanted and forbidden` }]),
    ...(answerable === false && (hasAnswer || gold_quotes.length > 0)
      ? [
          {
            rule: 'unanswerable-with-answer' as const,
            message: 'answerable is false, yet it has an answer or a gold quote',
          },
        ]
      : []),
    ...(answerable === true && !hasAnswer && checks.length === 0
      ? [
          {
            rule: 'answerable-without-answer' as const,
            message: 'answerable is true, yet it has no answers, nuggets or checks; correctness is not measured',
          },
        ]
      : []),
    ...(answerable !== false && !hasAnswer && !hasGold && checks.length === 0
      ? [{ rule: 'missing-gold' as const, message: 'nothing is known of its answer or its sources' }]
      : []),
  ];
}

function brokenPattern(pattern: string): Broken[] {
  try {
    new RegExp(pattern, 'u');
    return [];
  } catch (error) {
    return [{ rule: 'broken-pattern', message: error instanceof Error ? error.message : String(error) }];
  }
}

function lintWhole({
  cases,
  answerable,
  unanswerable,
}: {
  cases: number;
  answerable: number;
  unanswerable: number;
}): Broken[] {
  if (cases === 0) return [{ rule: 'empty-dataset', message: 'there are no cases' }];
  const judged = answerable + unanswerable;
  if (judged === 0)
    return [{ rule: 'class-balance', message: 'no case says whether it is answerable; abstention is not measured' }];
  const [name, fewer] = answerable < unanswerable ? ['answerable', answerable] : ['unanswerable', unanswerable];
  if (fewer / judged >= leastShare) return [];
  return [{ rule: 'class-balance', message: `${fewer} of ${judged} cases are ${name}; figures of these say little` }];
}
