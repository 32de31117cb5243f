import { createMask } from '../../chains/guard/mask-personal-data.ts';
import { AppError } from '../../domain/errors.ts';
import type { PassageId } from '../../domain/ids.ts';
import type { Principal } from '../../domain/principal.ts';
import { asReviewed } from '../../domain/reviewed.ts';
import { explainAbsence } from '../../retrieve/explain-absence.ts';
import { explainPassages, type PassageExplanation } from '../../retrieve/explain-passages.ts';
import { describeExpansion, type Retrieval } from '../../retrieve/retrieve.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { clauseOfRequest } from '../request-filter.ts';
import type { RouteDeps } from '../route-deps.ts';
import { SearchRequest, SearchResult } from '../search-schemas.ts';

const route = defineRoute(
  'read',
  {
    method: 'post',
    path: '/v1/search',
    operationId: 'searchPassages',
    summary: 'Search passages, ranked as for answers',
    request: { body: { required: true, content: { 'application/json': { schema: SearchRequest } } } },
    responses: {
      200: { description: 'The best passages, best first.', content: { 'application/json': { schema: SearchResult } } },
    },
  },
  { isQuestion: true },
);

export function registerSearchPassages(app: App, deps: RouteDeps): void {
  const { retrieve, documents, metadataFields, termFrequencies: lookUp } = deps;
  app.openapi(route, async (c) => {
    const { query: typed, limit, tokenBudget = null, asGrants, explain, expand, whyNot, ...body } = c.req.valid('json');
    const asker = principalOf(c);
    const query = await sentQuery(deps, asker, typed);
    const principal = searcher(asker, asGrants);
    const filter = await clauseOfRequest({ metadataFields }, principal, body.filter);
    const { signal } = c.req.raw;
    const input = { queries: [query], principal, filter, limit, tokenBudget, expand };
    const retrieval = await retrieve(input, signal);
    const shown = explain
      ? describeSteps(
          retrieval,
          await explainPassages(lookUp, { query, tenant: principal.tenantId }, retrieval.passages),
        )
      : describeResult(retrieval);
    const expansion = retrieval.expansion ? { expansion: describeExpansion(retrieval.expansion) } : {};
    const result = { ...shown, ...expansion };
    if (whyNot === undefined) return c.json(result, 200);
    const question = { input, retrieval, reference: whyNot, asker };
    return c.json({ ...result, whyNot: await explainAbsence({ retrieve, documents, lookUp }, question, signal) }, 200);
  });
}

/** The query as models outside of this process may see it. */
async function sentQuery(
  { searchLeaves, tenantSettings }: Pick<RouteDeps, 'searchLeaves' | 'tenantSettings'>,
  { tenantId }: Principal,
  query: string,
): Promise<string> {
  if (!searchLeaves()) return query;
  const { maskPersonalData } = await tenantSettings.read(tenantId);
  return maskPersonalData ? createMask([]).hide(query) : query;
}

/** An administrator may look at a search with the eyes of a reader. */
function searcher(asker: Principal, grants: readonly string[] | undefined): Principal {
  if (grants === undefined) return asker;
  if (asker.role !== 'admin') throw new AppError('FORBIDDEN', 'Only an administrator may search as somebody else.');
  return { ...asker, role: 'reader', grants };
}

function describeResult({ passages, nearest, degradations }: Retrieval) {
  return {
    ...(degradations.length > 0 ? { steps: degradedSteps(degradations) } : {}),
    passages: passages.map(({ dense: _dense, sparse: _sparse, steps: _steps, ...passage }) => ({
      ...passage,
      ...asReviewed(passage),
    })),
    nearest,
  };
}

const degradedSteps = (degradations: Retrieval['degradations']) =>
  degradations.map(({ step, to, cause }) => ({ step, degradedTo: to, cause }));

function describeSteps(retrieval: Retrieval, explained: ReadonlyMap<PassageId, PassageExplanation>) {
  const { passages, nearest, timings, degradations, dropped } = retrieval;
  const timed = Object.entries(timings).map(([step, milliseconds]) => ({ step, milliseconds }));
  return {
    passages: passages.map((passage) => {
      const explanation = explained.get(passage.id);
      // The explanation says which window and terms they are, in words.
      const steps = passage.steps.map(({ window: _window, windows: _windows, terms: _terms, ...step }) => step);
      return { ...passage, ...asReviewed(passage), steps, ...(explanation ? { explanation } : {}) };
    }),
    nearest,
    steps: [...timed, ...degradedSteps(degradations)],
    dropped: dropped.map(({ passage: { id, documentId, title }, step, detail }) => ({
      passageId: id,
      documentId,
      title,
      step,
      detail,
    })),
  };
}
