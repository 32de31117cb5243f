import { replayAnswer } from '../../chains/replay/replay-answer.ts';
import { answerIdOf, answerNotFound, visibleAnswer } from '../answer-events.ts';
import { type App, principalOf } from '../app-env.ts';
import { canonicalAnswer } from '../canonical-answer.ts';
import { defineRoute } from '../define-route.ts';
import { ReplaySchema } from '../replay-schemas.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams } from '../schemas.ts';

const route = defineRoute('read', {
  method: 'post',
  path: '/v1/answers/{id}/replay',
  operationId: 'replayAnswer',
  summary: 'Ask again, of the same versions of the sources, and compare',
  description:
    'With the present code, model, settings of the tenant and rights of the caller. Nothing is stored; a chat model is paid again. `same` leaves out times and scores.',
  request: { params: idParams },
  responses: { 200: { description: 'What differs.', content: { 'application/json': { schema: ReplaySchema } } } },
});

export function registerReplayAnswer(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const principal = principalOf(c);
    const answer = await visibleAnswer(c, deps, id);
    const record = await deps.answers.record(principal, answerIdOf(id));
    if (!record) throw answerNotFound();
    const settings = await deps.tenantSettings.read(principal.tenantId);
    const replay = await replayAnswer(deps, { principal, answer, record, settings }, c.req.raw.signal);
    return c.json({ ...replay, replayed: canonicalAnswer(replay.replayed) }, 200);
  });
}
