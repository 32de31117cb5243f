import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonBody, openApp, scriptedAnswer, type TestApp } from '../../test/open-app.ts';
import { openTestDatabase } from '../../test/open-database.ts';
import type { SqlDriver } from '../store/sql.ts';
import { openTelemetry } from '../telemetry/open-telemetry.ts';

let driver: SqlDriver;
let app: TestApp;
let key: string;

beforeAll(async () => {
  driver = await openTestDatabase();
  const log = { warn: () => {} };
  app = await openApp(driver, {
    telemetry: await openTelemetry({ service: 'footnote', version: '0.0.0', otlpEndpoint: null, log }),
    answerQuestion: scriptedAnswer(({ question }) =>
      question.startsWith('degraded')
        ? [{ type: 'step-degraded', step: 'rerank', to: 'fused order', cause: 'late' }]
        : [],
    ),
  });
  key = await app.createKey();
});

afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

const numbers = async () => await (await app.request('/metrics', null)).text();
const numberOf = async (series: string) => {
  const line = (await numbers()).split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? 0 : Number(line.slice(series.length + 1));
};
const refused = 'footnote_answers_total{outcome="refused",reason="no-documents",cached="false"}';

it('is there for everybody, in the format of Prometheus', async () => {
  const response = await app.request('/metrics', null);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await response.text()).toMatch(/^# HELP /);
});

it('counts answers by how they ended, and requests by route', async () => {
  const before = await numberOf(refused);
  for (const question of ['degraded one', 'another'])
    expect((await app.request('/v1/answers', key, jsonBody({ question }))).status).toBe(200);
  await expect.poll(() => numberOf(refused)).toBe(before + 2);
  expect(await numberOf('footnote_answer_steps_degraded_total{step="rerank",to="fused order"}')).toBe(1);
  const request =
    'http_server_request_duration_seconds_count{http_request_method="POST",http_route="/v1/answers",http_response_status_code="200"}';
  expect(await numberOf(request)).toBe(2);
});

it('names neither tenants nor keys, questions, ids or addresses that do not exist', async () => {
  const question = 'What does the secret of Oskvale cost?';
  const { id } = (await (await app.request('/v1/answers', key, jsonBody({ question }))).json()) as { id: string };
  await app.request(`/v1/answers/${id}`, key);
  await app.request('/v1/no-such-route-4711', key);
  const shown = await numbers();
  expect(shown).toContain('http_route="/v1/answers/:id"');
  for (const hidden of [app.tenant, key, 'Oskvale', id, '4711']) expect(shown).not.toContain(hidden);
});
