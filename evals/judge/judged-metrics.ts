import { AppError } from '../../src/domain/errors.ts';
import { splitSentences } from '../../src/domain/sentences.ts';
import type { RecordedAnswer } from '../answer-record.ts';
import type { Answered, JudgedMetric } from '../metric.ts';
import { type AskJudge, createJudge, type JudgeDeps, judgeFingerprint, judgeVersion } from './ask-judge.ts';
import { type CorrectnessLabel, correctnessJudge, correctnessOf, correctnessTask } from './judge-correctness.ts';
import { groundednessJudge, type SupportLabel } from './judge-groundedness.ts';
import type { JudgePrompts } from './judge-prompts.ts';
import { rubricJudge, rubricTask } from './judge-rubric.ts';
import { selfPreferenceWarning } from './model-family.ts';
import { cited, notApplicable, scoreSupport } from './score-support.ts';

export interface JudgedMetricsDeps extends JudgeDeps {
  readonly prompts: JudgePrompts;
}

/** What the metrics are called, also where no judge is set: a suite that names one of them needs EVAL_JUDGE_MODEL. */
export const judgedMetricNames = [
  'judgeGroundedness',
  'judgeCitedGroundedness',
  'judgeContradictions',
  'judgeCorrect',
  'judgeIncorrect',
  'judgeRubric',
] as const;
type JudgedMetricName = (typeof judgedMetricNames)[number];

/** What the judge's sentences are held against: all that the answerer was given, or only the quotes that each answer shows. */
type Scope = 'sources' | 'quotes';

/**
 * The metrics that a chat model judges. Refusals are `na`, as is what there is nothing to hold against; neither costs a call, nor does an
 * answer that was judged before. A reply that is no verdict after one repair, and a call that fails, are an `error`.
 */
export function judgedMetrics(deps: JudgedMetricsDeps): readonly JudgedMetric[] {
  const judge = createJudge(deps);
  const context = { deps, judge };
  return [
    groundedness(context, 'sources', {
      name: 'judgeGroundedness',
      description: 'Share of the claims of an answer that a model judge finds supported by the sources',
      better: 'higher',
      counted: ['supported'],
    }),
    groundedness(context, 'quotes', {
      name: 'judgeCitedGroundedness',
      description: 'The same by the quotes alone that the answer shows',
      better: 'higher',
      counted: ['supported'],
    }),
    groundedness(context, 'sources', {
      name: 'judgeContradictions',
      description: 'Share of the claims of an answer that a model judge finds contradicted by the sources',
      better: 'lower',
      counted: ['contradicted'],
    }),
    correctness(context, {
      name: 'judgeCorrect',
      description: 'Whether a model judge finds all that a reference answer says, and nothing against it',
      better: 'higher',
      label: 'correct',
    }),
    correctness(context, {
      name: 'judgeIncorrect',
      description: 'Whether a model judge finds something against the reference answer, or nothing of it',
      better: 'lower',
      label: 'incorrect',
    }),
    rubrics(context),
  ];
}

interface Context {
  readonly deps: JudgedMetricsDeps;
  readonly judge: AskJudge;
}

interface GroundednessFace {
  readonly name: JudgedMetricName;
  readonly description: string;
  readonly better: 'higher' | 'lower';
  readonly counted: readonly SupportLabel[];
}

function groundedness({ deps, judge }: Context, scope: Scope, { counted, ...face }: GroundednessFace): JudgedMetric {
  const { prompts, chat } = deps;
  return {
    ...face,
    ...sharedShape,
    group: 'groundedness',
    fingerprint: judgeFingerprint(chat.id, groundednessJudge(prompts)),
    score: judged(chat.id, async (answered, signal) => {
      const asked = {
        question: answered.case.question,
        sentences: sentencesOf(answered.answer),
        sources: scope === 'quotes' ? quotesOf(answered.answer) : sourcesOf(answered),
      };
      return await scoreSupport({ judge, prompts }, asked, counted, signal);
    }),
  };
}

interface CorrectnessFace {
  readonly name: JudgedMetricName;
  readonly description: string;
  readonly better: 'higher' | 'lower';
  readonly label: CorrectnessLabel;
}

/** 1 for answers with the label, else 0. An incomplete answer is neither correct nor incorrect: no share of a point stands for it. */
function correctness({ deps, judge }: Context, { label, ...face }: CorrectnessFace): JudgedMetric {
  const { prompts, chat } = deps;
  return {
    ...face,
    ...sharedShape,
    group: 'correctness',
    fingerprint: judgeFingerprint(chat.id, correctnessJudge(prompts)),
    score: judged(chat.id, async ({ case: { question, answers }, answer }, signal) => {
      const references = answers.filter((text) => text.trim() !== '');
      if (references.length === 0) return notApplicable('the case has no reference answer');
      const verdict = await judge(correctnessTask(prompts, { question, answer: answer.text, references }), signal);
      const found = correctnessOf(verdict);
      const evidence = [cited(`${found}: answer`, verdict.answerQuote), cited('reference', verdict.referenceQuote)];
      return { status: 'ok', value: found === label ? 1 : 0, evidence };
    }),
  };
}

/** In [0, 1]: rubrics that the answer meets / rubrics of the case. */
function rubrics({ deps, judge }: Context): JudgedMetric {
  const { prompts, chat } = deps;
  return {
    ...sharedShape,
    name: 'judgeRubric',
    description: 'Share of the rubrics of a case that a model judge finds met by the answer',
    better: 'higher',
    group: 'correctness',
    fingerprint: judgeFingerprint(chat.id, rubricJudge(prompts)),
    score: judged(chat.id, async ({ case: asked, answer }, signal) => {
      const wanted = asked.checks.flatMap(({ kind, value }) => (kind === 'rubric' ? [value].flat().map(String) : []));
      if (wanted.length === 0) return notApplicable('the case has no rubric');
      const verdicts = await Promise.all(
        wanted.map(async (rubric) => {
          const task = rubricTask(prompts, { question: asked.question, answer: answer.text, rubric });
          return { rubric, ...(await judge(task, signal)) };
        }),
      );
      const value = verdicts.filter(({ passes }) => passes).length / verdicts.length;
      const evidence = verdicts.map(({ rubric, passes, quote }) =>
        cited(`${passes ? 'met' : 'not met'}: ${rubric}`, quote),
      );
      return { status: 'ok', value, evidence };
    }),
  };
}

const sharedShape = { of: 'judged', unit: 'share', version: judgeVersion } as const;

/** Leaves refusals and empty answers out, turns failures into an `error`, and adds the warning of a judge that reads its own family. */
function judged(judge: string, score: JudgedMetric['score']): JudgedMetric['score'] {
  return async (answered, signal) => {
    if (answered.answer.state === 'refused') return notApplicable('the answer is a refusal');
    if (answered.answer.text.trim() === '') return notApplicable('the answer is empty');
    try {
      const found = await score(answered, signal);
      const warning = selfPreferenceWarning(judge, [answered.answer.model]);
      if (found.status !== 'ok' || warning === null) return found;
      return { ...found, evidence: [...(found.evidence ?? []), warning] };
    } catch (error) {
      signal.throwIfAborted();
      const { code, detail } = AppError.from(error);
      return { status: 'error', reason: `${code}: ${detail}` };
    }
  };
}

function sentencesOf({ sentences, text }: RecordedAnswer): readonly string[] {
  const known = sentences.map((sentence) => sentence.text).filter((sentence) => sentence.trim() !== '');
  if (known.length > 0) return known;
  return splitSentences(text).map(({ start, end }) => text.slice(start, end));
}

const quotesOf = ({ quotes }: RecordedAnswer): readonly string[] => distinct(quotes.map((quote) => quote.text));

/** Contexts of the case, passages, and around each quote what no passage holds. */
function sourcesOf({ case: { contexts }, answer }: Answered): readonly string[] {
  const passages = answer.retrieved.flatMap(({ text }) => (text === null ? [] : [text]));
  const given = [...contexts, ...passages];
  const windows = answer.quotes
    .filter(({ text }) => !given.some((source) => source.includes(text)))
    .map(({ before, text, after }) => `${before}${text}${after}`);
  return distinct([...given, ...windows]);
}

const distinct = (texts: readonly string[]) => [...new Set(texts.filter((text) => text.trim() !== ''))];
