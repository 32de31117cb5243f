import type { LookUpFrequencies } from '../../src/chains/evidence/term-weights.ts';
import { fittedWeights } from '../../src/chains/ground/groundedness-model.ts';
import { groundednessVersion, withheldBelow } from '../../src/chains/ground/score-groundedness.ts';
import { splitSentences } from '../../src/domain/sentences.ts';
import { countTerms, scoreAgainst } from '../groundedness.ts';
import { hashOf } from '../hash-of.ts';
import type { Score } from '../metric.ts';
import type { GroundednessCase } from '../readers/groundedness.ts';
import { createPanel, type JudgePanel, panelFingerprint, panelName } from './ask-panel.ts';
import { groundednessJudge } from './judge-groundedness.ts';
import type { JudgeLedger } from './judge-ledger.ts';
import { notApplicable, scoreSupport } from './score-support.ts';

export type JudgedText = Pick<GroundednessCase, 'question' | 'response' | 'context'>;

/** Says how far a context supports an answer: a model, or words alone. What people labelled measures both alike. */
export interface SupportJudge {
  /** As in reports: the models of a panel, `lexical-v2`. */
  readonly name: string;
  /** Equal for judges that say the same. */
  readonly fingerprint: string;
  /** Below this score an answer counts as not supported, unless a calibration says otherwise. */
  readonly threshold: number;
  /** Answers that it may read at once. */
  readonly atOnce: number;
  /** In [0, 1]: 1 for an answer of which everything is supported. Throws the signal's reason only. */
  score(text: JudgedText, signal: AbortSignal): Promise<Score>;
}

/** The built-in scorer; terms weigh as in the contexts of these texts. */
export function createLexicalJudge(texts: readonly JudgedText[]): SupportJudge {
  let lookUp: LookUpFrequencies | null = null;
  const weights = hashOf(fittedWeights).slice(0, 32);
  return {
    name: groundednessVersion,
    fingerprint: `${groundednessVersion} ${weights}`,
    threshold: withheldBelow,
    atOnce: 1,
    async score(text) {
      lookUp ??= countTerms(texts);
      const { score, sentences } = await scoreAgainst(lookUp, text);
      if (sentences.length === 0) return notApplicable('the answer has no sentence');
      const evidence = sentences.map((sentence) =>
        [`${sentence.label} (${sentence.score.toFixed(2)}): ${sentence.text}`, ...sentence.reasons].join(' · '),
      );
      return { status: 'ok', value: score, evidence };
    },
  };
}

/** Calls at once; the guard of the model lowers the pace where the server asks for it. */
const callsAtOnce = 4;

/** A panel of chat models, asked as in suites: the share of the answer's claims that it finds supported. */
export function createModelJudge(panel: JudgePanel, ledger: JudgeLedger): SupportJudge {
  const { prompts, settings } = panel;
  const deps = { ask: createPanel(panel), prompts, rule: settings.vote };
  return {
    name: panelName(panel),
    fingerprint: panelFingerprint(panel, groundednessJudge(prompts)),
    threshold: 0.5,
    atOnce: callsAtOnce,
    async score({ question, response, context }, signal) {
      const sentences = splitSentences(response).map(({ start, end }) => response.slice(start, end));
      const sources = context.filter((text) => text.trim() !== '');
      return await scoreSupport(deps, { question, sentences, sources }, ['supported'], { signal, ledger });
    },
  };
}
