import { randomUUID } from 'node:crypto';
import { AppError } from '../../../domain/errors.ts';
import type { PassageId, TenantId } from '../../../domain/ids.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { AnswerStore } from '../../../store/answers.ts';
import type { DocumentStore } from '../../../store/documents.ts';
import type { GateVerdict, OwnRanker, RankerStore } from '../../../store/rankers.ts';
import type { ShippedFit } from '../shipped-fit.ts';
import { fewestQuestions, fitOwn, judgeOwn, reasonsAgainst } from './fit-own.ts';
import { hashOfJudgements, hasRelevant, type JudgedQuestion, judgeByRatings, keepCurrent } from './judgements.ts';
import { namesSameFeatures, type OwnWeights } from './own-weights.ts';
import type { ReadQuestions } from './read-questions.ts';

/** What ranks a tenant's questions. */
export interface RankerStatus {
  readonly weights: 'own' | 'shipped';
  readonly shipped: { readonly fittedAt: string; readonly hash: string };
  /** Null where none are kept; `note` says why they are not used, or that they are behind the shipped ones. */
  readonly own: (OwnRanker & { readonly note: string | null }) | null;
  readonly judgedQuestions: number;
  readonly neededQuestions: number;
}

export interface RankerFitting {
  readonly verdict: GateVerdict;
  /** Whether the fitted weights rank from now on. */
  readonly putIntoUse: boolean;
}

/** What administrators may do with their tenant's ranker. */
export interface RankerAdministration {
  show(principal: Principal): Promise<RankerStatus>;
  /**
   * Fits weights from the tenant's feedback and puts them into use when they pass; `check` only judges. Throws TOO_FEW_JUDGEMENTS, CONFLICT
   * while another fit of the tenant runs or when it is reset meanwhile, MODEL_UNAVAILABLE and INDEX_UNAVAILABLE when questions cannot be
   * asked in full, DEADLINE_EXCEEDED after ten minutes.
   */
  fit(principal: Principal, options: { readonly check: boolean }, signal: AbortSignal): Promise<RankerFitting>;
  /** Back to the shipped weights. */
  reset(tenant: TenantId): Promise<void>;
}

export interface RankerAdministrationDeps {
  readonly rankers: RankerStore;
  readonly answers: Pick<AnswerStore, 'ratings'>;
  readonly documents: Pick<DocumentStore, 'readPassages'>;
  readonly generation: (tenant: TenantId) => Promise<number>;
  readonly readQuestions: ReadQuestions;
  readonly ownWeights: Pick<OwnWeights, 'forget'>;
  readonly shipped: ShippedFit;
  readonly now: () => Date;
}

const ratingsRead = 10_000;
/** The last ones; more would let a fit take minutes and change little. */
const questionsRead = 500;
const longestSeconds = 600;

export function createRankerAdministration(deps: RankerAdministrationDeps): RankerAdministration {
  const { rankers, ownWeights } = deps;
  return {
    async show(principal) {
      const [own, judged] = await Promise.all([rankers.get(principal.tenantId), readJudged(deps, principal)]);
      return describeRanker(deps.shipped, own, judged.filter(hasRelevant).length);
    },

    async fit(principal, { check }, signal) {
      const { tenantId } = principal;
      const judged = await readJudged(deps, principal);
      requireEnough(judged);
      const fitter = randomUUID();
      if (!(await rankers.claim(tenantId, fitter, longestSeconds)))
        throw new AppError('CONFLICT', 'A fit of this tenant is running; wait until it is done.');
      try {
        const deadline = AbortSignal.timeout(longestSeconds * 1000);
        const ranker = await fitRanker(deps, { judged, principal }, AbortSignal.any([signal, deadline])).catch(
          (error: unknown) => {
            if (!deadline.aborted) throw error;
            throw new AppError('DEADLINE_EXCEEDED', `The fit took longer than ${longestSeconds} s.`, { cause: error });
          },
        );
        const putIntoUse = ranker.verdict.passed && !check;
        if (putIntoUse && !(await rankers.save(tenantId, fitter, ranker)))
          throw new AppError('CONFLICT', 'The ranker was reset while it was fitted; nothing was put into use.');
        return { verdict: ranker.verdict, putIntoUse };
      } finally {
        await rankers.release(tenantId, fitter);
        ownWeights.forget(tenantId);
      }
    },

    async reset(tenant) {
      await rankers.reset(tenant);
      ownWeights.forget(tenant);
    },
  };
}

/** The judged questions, at most so many, the last rated first, with the passages that are still there. */
async function readJudged(
  { answers, documents }: RankerAdministrationDeps,
  principal: Principal,
): Promise<JudgedQuestion[]> {
  const judged = judgeByRatings(await answers.ratings(principal.tenantId, ratingsRead)).slice(0, questionsRead);
  const passages = [...new Set(judged.flatMap(({ grades }) => [...grades.keys()]))];
  const current = await documents.readPassages(principal, passages, null);
  return keepCurrent(judged, new Set<PassageId>(current.map(({ id }) => id)));
}

function requireEnough(judged: readonly JudgedQuestion[]): void {
  const count = judged.filter(hasRelevant).length;
  if (count >= fewestQuestions) return;
  const missing = fewestQuestions - count;
  throw new AppError(
    'TOO_FEW_JUDGEMENTS',
    `${count} ${count === 1 ? 'question has' : 'questions have'} an answer that was rated up and whose passages are still there; ${fewestQuestions} are needed, ${missing} more.`,
  );
}

/** Judged on held-out questions, then fitted on all. */
async function fitRanker(
  { readQuestions, generation, shipped, now }: RankerAdministrationDeps,
  { judged, principal }: { judged: readonly JudgedQuestion[]; principal: Principal },
  signal: AbortSignal,
): Promise<OwnRanker> {
  const read = await readQuestions(judged, principal, signal);
  const figures = await judgeOwn(read, shipped, signal);
  if (!figures) throw new Error('The judged questions lost their passages.');
  const reasons = reasonsAgainst(figures);
  const judgedAt = now().toISOString();
  return {
    fittedAt: judgedAt,
    shippedHash: shipped.hash,
    weights: fitOwn(read, shipped),
    verdict: {
      passed: reasons.length === 0,
      reasons,
      ...figures,
      judgedAt,
      generation: await generation(principal.tenantId),
      judgements: hashOfJudgements(judged),
    },
  };
}

function describeRanker(shipped: ShippedFit, own: OwnRanker | null, judgedQuestions: number): RankerStatus {
  const isUsed = own !== null && namesSameFeatures(own, shipped);
  return {
    weights: isUsed ? 'own' : 'shipped',
    shipped: { fittedAt: shipped.fittedAt, hash: shipped.hash },
    own: own && { ...own, note: noteOn(own, shipped, isUsed) },
    judgedQuestions,
    neededQuestions: fewestQuestions,
  };
}

function noteOn({ shippedHash }: OwnRanker, { hash }: ShippedFit, isUsed: boolean): string | null {
  if (!isUsed) return 'Not used: the ranker has other features since these weights were fitted. Fit them again.';
  if (shippedHash !== hash) return 'The shipped weights have changed since these were judged. Fit them again.';
  return null;
}
