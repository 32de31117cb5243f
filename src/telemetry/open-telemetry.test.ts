import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { startLoopbackServer } from '../../test/loopback-server.ts';
import { openTelemetry } from './open-telemetry.ts';
import { timed } from './telemetry.ts';

const quiet = { warn: () => {} };
const open = (otlpEndpoint: string | null, exportEverySeconds = 60) =>
  openTelemetry({ service: 'footnote', version: '1.2.3', otlpEndpoint, log: quiet, exportEverySeconds });

/** A collector that keeps what it is sent, by path. */
async function startCollector() {
  const taken: { path: string; body: string }[] = [];
  const server = await startLoopbackServer(async (incoming, response) => {
    taken.push({ path: incoming.url ?? '', body: await text(incoming) });
    response.end('{}');
  });
  return { server, taken, spans: () => taken.filter(({ path }) => path === '/v1/traces').flatMap(spansOf) };
}

interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status: { readonly code?: number };
}

function spansOf({ body }: { body: string }): SentSpan[] {
  const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] };
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

it('shows counters, durations and gauges as Prometheus reads them', async () => {
  const telemetry = await open(null);
  const answers = telemetry.counter('footnote.answers', 'Answers.');
  answers({ outcome: 'finished' });
  answers({ outcome: 'finished' }, 2);
  telemetry.durations('footnote.search.duration', 'Seconds.')(0.03, { outcome: 'ok' });
  telemetry.gauge('footnote.documents.waiting', { description: 'Waiting.' }, async () => [{ value: 7 }]);
  telemetry.gauge('process.memory.usage', { description: 'Memory.', unit: 'By' }, () => [{ value: 5 }]);
  telemetry.gauge('process.cpu.time', { description: 'Time.', unit: 's', isTotal: true }, () => [{ value: 2 }]);
  const lines = (await telemetry.exposition()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE footnote_answers_total counter',
      'footnote_answers_total{outcome="finished"} 3',
      '# TYPE footnote_search_duration_seconds histogram',
      'footnote_search_duration_seconds_bucket{outcome="ok",le="0.025"} 0',
      'footnote_search_duration_seconds_bucket{outcome="ok",le="0.05"} 1',
      'footnote_search_duration_seconds_sum{outcome="ok"} 0.03',
      'footnote_documents_waiting 7',
      'process_memory_usage_bytes 5',
      'process_cpu_time_seconds_total 2',
    ]),
  );
  await telemetry.close();
});

it('leaves out a gauge that fails or does not answer, and shows the rest', async () => {
  const telemetry = await open(null);
  telemetry.gauge('footnote.away', { description: 'Away.' }, () => Promise.reject(new Error('no database')));
  telemetry.gauge('footnote.silent', { description: 'Silent.' }, () => new Promise(() => {}));
  telemetry.counter('footnote.answers', 'Answers.')();
  const shown = await telemetry.exposition();
  expect(shown).toContain('footnote_answers_total 1');
  expect(shown).not.toMatch(/^footnote_(away|silent) /m);
  await telemetry.close();
});

it('sends spans as children of the one that they opened in, under the trace of the caller', async () => {
  const { server, spans } = await startCollector();
  await using _server = server;
  const telemetry = await open(`${server.url}/`);
  const record = telemetry.durations('footnote.search.duration', 'Seconds.');
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const request = telemetry.openSpan('GET', { traceparent });
  await request.within(async () => {
    expect(telemetry.traceId()).toBe('0af7651916cd43dd8448eb211c80319c');
    await timed({ telemetry, span: 'search', record }, async () => 1);
    await timed({ telemetry, span: 'embed', record }, () => Promise.reject(new Error('away'))).catch(() => {});
  });
  request.end({ name: 'GET /v1/search' });
  expect(telemetry.traceId()).toBeNull();
  await telemetry.close();
  const sent = new Map(spans().map((span) => [span.name, span]));
  const root = sent.get('GET /v1/search');
  expect(root).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', parentSpanId: 'b7ad6b7169203331' });
  expect(sent.get('search')).toMatchObject({ traceId: root?.traceId, parentSpanId: root?.spanId });
  expect(sent.get('embed')).toMatchObject({ parentSpanId: root?.spanId, status: { code: 2 } });
});

it('sends the numbers to the collector too', async () => {
  const { server, taken } = await startCollector();
  await using _server = server;
  const telemetry = await open(server.url);
  telemetry.counter('footnote.answers', 'Answers.')({}, 5);
  await telemetry.close();
  const metrics = taken.find(({ path }) => path === '/v1/metrics');
  expect(metrics?.body).toContain('"footnote.answers"');
});

it('says once that the collector is away, and closes all the same', async () => {
  const { server } = await startCollector();
  await server.close();
  const warnings: object[] = [];
  const log = { warn: (fields: object) => void warnings.push(fields) };
  const telemetry = await openTelemetry({ service: 'footnote', version: '1', otlpEndpoint: server.url, log });
  telemetry.openSpan('work').end();
  telemetry.counter('footnote.answers', 'Answers.')();
  await telemetry.close();
  expect(warnings.length).toBeLessThan(2);
});
