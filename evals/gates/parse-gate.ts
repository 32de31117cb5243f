import { AppError } from '../../src/domain/errors.ts';
import type { gateKinds } from '../summary.ts';

export const comparisons = ['>=', '<=', '>', '<', '=='] as const;
export type Comparison = (typeof comparisons)[number];

const percentileNames = ['p50', 'p90', 'p95', 'p99'] as const;
export type PercentileName = (typeof percentileNames)[number];

/**
 * What of a metric is held against the limit: its figure over the run, a percentile, the smallest or largest cell, the difference to the
 * baseline, or the lower or upper bound of that difference.
 */
const measures = ['value', ...percentileNames, 'min', 'max', 'delta', 'lower', 'upper'] as const;

/** A condition that a run must meet. */
export interface Gate {
  /** As it was written. */
  readonly text: string;
  readonly kind: (typeof gateKinds)[number];
  readonly measure: (typeof measures)[number];
  /** `errorRate` for the kind `errors`. */
  readonly metric: string;
  /** Only the cases with this tag. */
  readonly tag: string | null;
  readonly comparison: Comparison;
  readonly limit: number;
  /** In (0, 1): of a difference that is judged by its interval. */
  readonly confidence: number | null;
}

const example = 'groundednessMean >= 0.92';
const errorRate = 'errorRate';
const number = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const subjectPattern = String.raw`(?<metric>[A-Za-z][\w.@:-]*)\s*(?:\[\s*tag\s*=\s*(?<tag>"(?:[^"\\]|\\.)*"|[^"\]]+?)\s*\])?`;
const pattern = new RegExp(
  String.raw`^\s*(?:(?<call>[a-z]\w*)\s*\(\s*(?:(?<inner>delta)\s*\(\s*)?)?${subjectPattern}(?<closed>[\s)]*)(?<comparison>>=|<=|==|>|<)\s*(?<limit>${number})\s*(?:@\s*(?<confidence>\d+(?:\.\d+)?)\s*%)?\s*$`,
);

/**
 * Reads a gate. Grammar, spaces optional:
 *
 *     gate       = subject comparison number [ "@" number "%" ]
 *     subject    = metric | measure "(" metric ")" | ( "lower" | "upper" ) "(" "delta" "(" metric ")" ")"
 *     measure    = "p50" | "p90" | "p95" | "p99" | "min" | "max" | "delta"
 *     metric     = name [ "[" "tag" "=" ( text | JSON string ) "]" ]
 *     comparison = ">=" | "<=" | ">" | "<" | "=="
 *
 * `==` takes 0 alone and is held against every cell. `@` goes with differences only. Throws INVALID_REQUEST.
 */
export function parseGate(text: string): Gate {
  const groups = pattern.exec(text)?.groups;
  if (!groups) throw invalid(text, `a gate such as \`${example}\` or \`delta(citationF1) >= 0 @ 95%\``);
  const { call, inner, metric = '', closed = '', comparison = '', limit = '', confidence } = groups;
  const depth = (call === undefined ? 0 : 1) + (inner === undefined ? 0 : 1);
  if (closed.replaceAll(/\s/g, '').length !== depth) throw invalid(text, 'as many closing brackets as opening ones');
  const gate = {
    text: text.trim(),
    measure: measureOf(text, call, inner),
    metric,
    tag: tagOf(text, groups.tag),
    comparison: comparison as Comparison,
    limit: Number(limit),
    confidence: confidence === undefined ? null : Number(confidence) / 100,
  };
  checkSense(gate);
  return { ...gate, kind: kindOf(gate) };
}

/** Throws INVALID_REQUEST for a gate that cannot be read, or about a metric that is none of these: before anything is asked for it. */
export function requireGates(gates: readonly string[], metrics: readonly string[]): void {
  for (const text of gates) {
    const { kind, metric } = parseGate(text);
    if (kind !== 'errors' && !metrics.includes(metric))
      throw invalid(text, `a gate about a metric of the suite: ${metrics.join(', ')}`);
  }
}

/** The gate as text again, in one way of writing it. */
export function formatGate({
  measure,
  metric,
  tag,
  comparison,
  limit,
  confidence,
}: Omit<Gate, 'text' | 'kind'>): string {
  const subject = tag === null ? metric : `${metric}[tag=${JSON.stringify(tag)}]`;
  const bound = measure === 'lower' || measure === 'upper';
  const measured = measure === 'value' ? subject : bound ? `${measure}(delta(${subject}))` : `${measure}(${subject})`;
  const at = confidence === null ? '' : ` @ ${Number((confidence * 100).toFixed(6))}%`;
  return `${measured} ${comparison} ${limit}${at}`;
}

function measureOf(text: string, call: string | undefined, inner: string | undefined): Gate['measure'] {
  if (call === undefined) return 'value';
  const isBound = call === 'lower' || call === 'upper';
  const measure = measures.find((name) => name === call && name !== 'value');
  if (measure === undefined || isBound !== (inner !== undefined))
    throw invalid(text, 'min, max, p50, p90, p95, p99, delta, lower(delta(…)) or upper(delta(…)) of a metric');
  return measure;
}

function tagOf(text: string, tag: string | undefined): string | null {
  if (tag === undefined) return null;
  if (!tag.startsWith('"')) return tag;
  try {
    return String(JSON.parse(tag));
  } catch {
    throw invalid(text, 'a tag in quotes that reads as a JSON string');
  }
}

type Parts = Omit<Gate, 'kind'>;

function isDifference({ measure }: Pick<Gate, 'measure'>): boolean {
  return measure === 'delta' || measure === 'lower' || measure === 'upper';
}

/** What cannot be meant is no gate: it would be green for ever. */
function checkSense(gate: Parts): void {
  const { text, measure, comparison, limit, confidence, metric, tag } = gate;
  const rises = comparison === '>=' || comparison === '>';
  if (comparison === '==' && (limit !== 0 || measure !== 'value'))
    throw invalid(text, '`== 0` of a metric, which holds for every case, or one of >=, <=, > and <');
  if (confidence !== null && !(isDifference(gate) && confidence > 0 && confidence < 1))
    throw invalid(text, '`@ 95%`, over 0 and below 100, after a difference to the baseline only');
  if (confidence === null && (measure === 'lower' || measure === 'upper'))
    throw invalid(text, 'a confidence, as in `lower(delta(citationF1)) >= -0.02 @ 95%`');
  if ((measure === 'min' && !rises) || (measure === 'max' && rises))
    throw invalid(text, '`min(…) >= …` or `max(…) <= …`, which hold for every case');
  if (metric === errorRate && (measure !== 'value' || tag !== null || rises || comparison === '=='))
    throw invalid(text, `\`${errorRate} <= …\``);
}

function kindOf(gate: Parts): Gate['kind'] {
  if (gate.metric === errorRate) return 'errors';
  if (isDifference(gate)) return 'baseline';
  if (gate.comparison === '==') return 'invariant';
  if (gate.measure === 'min' || gate.measure === 'max') return 'case';
  return gate.tag === null ? 'absolute' : 'tag';
}

function invalid(text: string, expected: string): AppError {
  return new AppError('INVALID_REQUEST', 'A gate cannot be read.', {
    errors: [{ field: 'gate', expected, received: text.slice(0, 200) }],
  });
}
