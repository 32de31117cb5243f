import type { Interval } from '../statistics/bca.ts';
import { wilsonInterval } from '../statistics/wilson.ts';
import { type JudgeTextsOptions, judgeTexts } from './judge-texts.ts';
import { type Perturbation, type PerturbationKind, perturbationKinds } from './perturbations.ts';
import type { SupportJudge } from './support-judge.ts';

export interface KindOutcome {
  readonly tried: number;
  /** Called not supported: all should be, but of `paraphrase` and `verbatim` none. */
  readonly flagged: number;
  /** Null where all were errors. */
  readonly share: number | null;
  /** 95 %, Wilson. */
  readonly interval: Interval | null;
  /** Without a verdict; neither flagged nor let through. */
  readonly errors: number;
}

export interface PerturbationReport {
  readonly judge: string;
  readonly fingerprint: string;
  /** Below it an answer counts as flagged. */
  readonly threshold: number;
  readonly answers: number;
  readonly errors: number;
  readonly kinds: Readonly<Partial<Record<PerturbationKind, KindOutcome>>>;
  readonly cases: readonly TriedPerturbation[];
}

interface TriedPerturbation {
  readonly id: string;
  readonly kind: PerturbationKind;
  readonly original: string;
  readonly response: string;
  /** Null for an error. */
  readonly score: number | null;
  readonly flagged: boolean | null;
  readonly reason: string | null;
}

/** How many of each kind a judge calls not supported. Necessary, not enough: people's labels are harder than what is made by rules. */
export async function tryPerturbations(
  judge: SupportJudge,
  perturbations: readonly Perturbation[],
  { threshold = judge.threshold, ...options }: JudgeTextsOptions & { readonly threshold?: number },
): Promise<PerturbationReport> {
  const scores = await judgeTexts(judge, perturbations, options);
  const cases = perturbations.map(({ id, kind, original, response }, index): TriedPerturbation => {
    const found = scores[index];
    if (found?.status === 'ok') {
      const { value: score } = found;
      return { id, kind, original, response, score, flagged: score < threshold, reason: null };
    }
    return { id, kind, original, response, score: null, flagged: null, reason: found?.reason ?? 'not judged' };
  });
  const byKind = Map.groupBy(cases, ({ kind }) => kind);
  return {
    judge: judge.name,
    fingerprint: judge.fingerprint,
    threshold,
    answers: cases.length,
    errors: cases.filter(({ flagged }) => flagged === null).length,
    kinds: Object.fromEntries(
      perturbationKinds.flatMap((kind) => {
        const own = byKind.get(kind);
        return own ? [[kind, outcomeOf(own)]] : [];
      }),
    ),
    cases,
  };
}

function outcomeOf(cases: readonly TriedPerturbation[]): KindOutcome {
  const judged = cases.filter(({ flagged }) => flagged !== null);
  const flagged = judged.filter((each) => each.flagged).length;
  const share = judged.length === 0 ? null : flagged / judged.length;
  return {
    tried: judged.length,
    flagged,
    share,
    interval: share === null ? null : wilsonInterval(share, judged.length, 0.95),
    errors: cases.length - judged.length,
  };
}
