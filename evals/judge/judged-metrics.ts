import { splitSentences } from '../../src/domain/sentences.ts';
import type { RecordedAnswer } from '../answer-record.ts';
import type { EvalCase } from '../case.ts';
import type { Answered, JudgedMetric, Score } from '../metric.ts';
import { judgeVersion } from './ask-judge.ts';
import { type AskPanel, callsOfPanel, createPanel, type JudgePanel, panelFingerprint } from './ask-panel.ts';
import { countVotes } from './count-votes.ts';
import { type CorrectnessLabel, correctnessJudge, correctnessOf, correctnessTask } from './judge-correctness.ts';
import { groundednessJudge, type SupportLabel } from './judge-groundedness.ts';
import { freeLedger } from './judge-ledger.ts';
import { rubricJudge, rubricTask } from './judge-rubric.ts';
import { selfPreferenceWarning } from './model-family.ts';
import { cited, notApplicable, readBallots, scoreSupport } from './score-support.ts';

/** What the metrics are called, also where no judge is set: a suite that names one of them needs EVAL_JUDGE_MODEL. */
export const judgedMetricNames = [
  'judgeGroundedness',
  'judgeCitedGroundedness',
  'judgeContradictions',
  'judgeCorrect',
  'judgeIncorrect',
  'judgeRubric',
  'judgeContextRecall',
] as const;
type JudgedMetricName = (typeof judgedMetricNames)[number];

/** What the judge's sentences are held against: all that the answerer was given, or only the quotes that each answer shows. */
type Scope = 'sources' | 'quotes';

/**
 * The metrics that chat models judge. Refusals are `na`, as is what there is nothing to hold against; neither costs a call, nor does an
 * answer that was judged before. Too few verdicts, and judges that do not agree far enough, are an `error`.
 */
export function judgedMetrics(panel: JudgePanel): readonly JudgedMetric[] {
  const context = { panel, ask: createPanel(panel) };
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
    contextRecall(context),
  ];
}

interface Context {
  readonly panel: JudgePanel;
  readonly ask: AskPanel;
}

interface GroundednessFace {
  readonly name: JudgedMetricName;
  readonly description: string;
  readonly better: 'higher' | 'lower';
  readonly counted: readonly SupportLabel[];
}

function groundedness({ panel, ask }: Context, scope: Scope, { counted, ...face }: GroundednessFace): JudgedMetric {
  const { prompts, settings } = panel;
  return {
    ...face,
    ...sharedShape(panel),
    group: 'groundedness',
    fingerprint: panelFingerprint(panel, groundednessJudge(prompts)),
    questions: () => [`groundedness by ${scope}`],
    score: judged(panel, async (answered, signal, ledger = freeLedger) => {
      const asked = {
        question: answered.case.question,
        sentences: sentencesOf(answered.answer),
        sources: scope === 'quotes' ? quotesOf(answered.answer) : sourcesOf(answered),
      };
      return await scoreSupport({ ask, prompts, rule: settings.vote }, asked, counted, { signal, ledger });
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
function correctness({ panel, ask }: Context, { label, ...face }: CorrectnessFace): JudgedMetric {
  const { prompts, settings } = panel;
  return {
    ...face,
    ...sharedShape(panel),
    group: 'correctness',
    fingerprint: panelFingerprint(panel, correctnessJudge(prompts)),
    questions: (one) => (referencesOf(one).length > 0 ? ['correctness'] : []),
    score: judged(panel, async ({ case: one, answer }, signal, ledger = freeLedger) => {
      const references = referencesOf(one);
      if (references.length === 0) return notApplicable('the case has no reference answer');
      const task = correctnessTask(prompts, { question: one.question, answer: answer.text, references });
      const ballots = readBallots(await ask(task, { signal, ledger }), (verdict) => {
        const found = correctnessOf(verdict);
        const evidence = [cited(`${found}: answer`, verdict.answerQuote), cited('reference', verdict.referenceQuote)];
        return [{ about: 'the answer', label: found, counts: found === label, evidence: evidence.join(' · ') }];
      });
      return countVotes(ballots, settings.vote);
    }),
  };
}

/** In [0, 1]: rubrics that the answer meets / rubrics of the case; the judges vote on each. */
function rubrics({ panel, ask }: Context): JudgedMetric {
  const { prompts, settings } = panel;
  return {
    ...sharedShape(panel),
    name: 'judgeRubric',
    description: 'Share of the rubrics of a case that a model judge finds met by the answer',
    better: 'higher',
    group: 'correctness',
    fingerprint: panelFingerprint(panel, rubricJudge(prompts)),
    questions: (one) => rubricsOf(one).map((rubric) => `rubric ${rubric}`),
    score: judged(panel, async ({ case: one, answer }, signal, ledger = freeLedger) => {
      const wanted = rubricsOf(one);
      if (wanted.length === 0) return notApplicable('the case has no rubric');
      const scores = await Promise.all(
        wanted.map(async (rubric) => {
          const task = rubricTask(prompts, { question: one.question, answer: answer.text, rubric });
          const ballots = readBallots(await ask(task, { signal, ledger }), ({ passes, quote }) => {
            const label = passes ? 'met' : 'not met';
            return [{ about: rubric, label, counts: passes, evidence: cited(`${label}: ${rubric}`, quote) }];
          });
          return countVotes(ballots, settings.vote);
        }),
      );
      const evidence = scores.flatMap((score) => score.evidence ?? []);
      const failed = scores.find(({ status }) => status !== 'ok');
      if (failed) return { ...failed, evidence };
      const values = scores.flatMap((score) => (score.status === 'ok' ? [score.value] : []));
      return { status: 'ok', value: values.reduce((sum, value) => sum + value, 0) / values.length, evidence };
    }),
  };
}

/**
 * Claims of a reference answer that the retrieved texts support / its claims, in [0, 1]; the best over the references (RAGAS context recall, with
 * sentences as the unit). A refusal is judged too: it says what the search found. `na` without a reference or a retrieved text.
 */
function contextRecall({ panel, ask }: Context): JudgedMetric {
  const { prompts, settings } = panel;
  return {
    ...sharedShape(panel),
    name: 'judgeContextRecall',
    description: 'Share of the claims of a reference answer that a model judge finds in what was retrieved',
    better: 'higher',
    group: 'retrieval',
    fingerprint: panelFingerprint(panel, groundednessJudge(prompts)),
    questions: (one) => referencesOf(one).map((reference) => `context recall of ${reference}`),
    async score({ case: one, answer }, signal, ledger = freeLedger) {
      const references = referencesOf(one);
      if (references.length === 0) return notApplicable('the case has no reference answer');
      const sources = distinct([...one.contexts, ...answer.retrieved.flatMap(({ text }) => text ?? [])]);
      if (sources.length === 0) return notApplicable('no text was retrieved');
      const scores: Score[] = [];
      for (const reference of references) {
        const sentences = splitSentences(reference).map(({ start, end }) => reference.slice(start, end));
        const asked = { question: one.question, sentences, sources };
        scores.push(
          await scoreSupport({ ask, prompts, rule: settings.vote }, asked, ['supported'], { signal, ledger }),
        );
      }
      const failed = scores.find(({ status }) => status === 'error');
      if (failed) return failed;
      const [best] = scores
        .flatMap((score) => (score.status === 'ok' ? [score] : []))
        .toSorted((first, other) => other.value - first.value);
      return best ?? scores[0] ?? notApplicable('the reference answer claims nothing');
    },
  };
}

const sharedShape = (panel: JudgePanel) =>
  ({ of: 'judged', unit: 'share', version: judgeVersion, callsAQuestion: callsOfPanel(panel) }) as const;

const referencesOf = ({ answers }: EvalCase) => answers.filter((text) => text.trim() !== '');

const rubricsOf = ({ checks }: EvalCase) =>
  checks.flatMap(({ kind, value }) => (kind === 'rubric' ? [value].flat().map(String) : []));

/** Leaves refusals and empty answers out and adds the warning of a judge that reads its own family. */
function judged({ models }: JudgePanel, score: JudgedMetric['score']): JudgedMetric['score'] {
  return async (answered, signal, ledger) => {
    if (answered.answer.state === 'refused') return notApplicable('the answer is a refusal');
    if (answered.answer.text.trim() === '') return notApplicable('the answer is empty');
    const found = await score(answered, signal, ledger);
    const warnings = models.flatMap(({ chat }) => selfPreferenceWarning(chat.id, [answered.answer.model]) ?? []);
    if (found.status !== 'ok' || warnings.length === 0) return found;
    return { ...found, evidence: [...(found.evidence ?? []), ...warnings] };
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
