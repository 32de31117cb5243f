import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Context,
  type DiagLogFunction,
  DiagLogLevel,
  defaultTextMapGetter,
  diag,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type MetricData, type MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { noSpan, type Telemetry } from './telemetry.ts';

interface TelemetryOptions {
  /** `footnote` or `footnote-worker`. */
  readonly service: string;
  readonly version: string;
  /** Base URL of a collector that takes OTLP over HTTP; null: nothing leaves the process. */
  readonly otlpEndpoint: string | null;
  readonly log: { warn(fields: object, message: string): void };
  readonly exportEverySeconds?: number;
}

const closingMilliseconds = 2_000;
const gaugeMilliseconds = 1_000;
const bucketSeconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** OpenTelemetry behind the port: numbers for `/metrics`, and with an endpoint numbers and traces for a collector too. */
export async function openTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { service, version, otlpEndpoint, log } = options;
  const resource = resourceFromAttributes({ 'service.name': service, 'service.version': version });
  const prometheus = new PrometheusExporter({ preventServerStart: true });
  const sending = otlpEndpoint === null ? null : await openSending({ ...options, otlpEndpoint });
  const readers: MetricReader[] = [prometheus];
  if (sending) readers.push(sending.reader);
  const meters = new MeterProvider({ resource, readers });
  const meter = meters.getMeter('footnote', version);
  const traces = sending?.openTraces(resource);
  const tracer = traces?.getTracer('footnote', version);
  if (sending) diag.setLogger(diagnosticsTo(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });

  const running = new AsyncLocalStorage<Context>();
  const propagator = new W3CTraceContextPropagator();
  const parentOf = (traceparent: string | undefined): Context =>
    traceparent === undefined
      ? (running.getStore() ?? ROOT_CONTEXT)
      : propagator.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter);

  return {
    counter(name, description) {
      const counter = meter.createCounter(name, { description });
      return (labels, amount = 1) => counter.add(amount, labels);
    },
    durations(name, description) {
      const advice = { explicitBucketBoundaries: bucketSeconds };
      const histogram = meter.createHistogram(name, { description, unit: 's', advice });
      return (seconds, labels) => histogram.record(seconds, labels);
    },
    gauge(name, { description, unit = '', isTotal = false }, read) {
      const gauge = isTotal
        ? meter.createObservableCounter(name, { description, unit })
        : meter.createObservableGauge(name, { description, unit });
      gauge.addCallback(async (result) => {
        const late = pause(gaugeMilliseconds, [], { ref: false });
        const readings = await Promise.race([
          late,
          Promise.resolve()
            .then(read)
            .catch(() => []),
        ]);
        for (const { value, labels } of readings) result.observe(value, labels);
      });
    },
    openSpan(name, { labels = {}, traceparent } = {}) {
      if (!tracer) return noSpan;
      const parent = parentOf(traceparent);
      const kind = traceparent === undefined ? SpanKind.INTERNAL : SpanKind.SERVER;
      const span = tracer.startSpan(name, { attributes: labels, kind }, parent);
      const context = trace.setSpan(parent, span);
      return {
        within: (work) => running.run(context, work),
        end(result = {}) {
          if (result.name) span.updateName(result.name);
          span.setAttributes(result.labels ?? {});
          if (result.error) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    traceId: () => trace.getSpanContext(running.getStore() ?? ROOT_CONTEXT)?.traceId ?? null,
    async exposition() {
      const { resourceMetrics } = await prometheus.collect();
      return new PrometheusSerializer(undefined, false, undefined, false, true).serialize(withUnits(resourceMetrics));
    },
    async close() {
      const sent = Promise.allSettled([traces?.shutdown(), meters.shutdown()]);
      await Promise.race([sent, pause(closingMilliseconds, null, { ref: false })]);
    },
  };
}

const unitNames: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes' };

/** Names end in their unit, as Prometheus wants them; the protocol of OpenTelemetry has it beside the name. */
function withUnits(all: ResourceMetrics): ResourceMetrics {
  const renamed = <M extends MetricData>(metric: M): M => {
    const unit = unitNames[metric.descriptor.unit];
    if (!unit) return metric;
    return { ...metric, descriptor: { ...metric.descriptor, name: `${metric.descriptor.name}.${unit}`, unit: '' } };
  };
  const scopeMetrics = all.scopeMetrics.map((scope) => ({ ...scope, metrics: scope.metrics.map(renamed) }));
  return { ...all, scopeMetrics };
}

/** Loaded only where something is sent: the exporters take time and memory to start. */
async function openSending({ otlpEndpoint, exportEverySeconds = 60 }: TelemetryOptions & { otlpEndpoint: string }) {
  const [{ OTLPMetricExporter }, { OTLPTraceExporter }, { PeriodicExportingMetricReader }, sdk] = await Promise.all([
    import('@opentelemetry/exporter-metrics-otlp-http'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/sdk-trace'),
  ]);
  const base = otlpEndpoint.replace(/\/+$/, '');
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: `${base}/v1/metrics` }),
    exportIntervalMillis: exportEverySeconds * 1000,
    exportTimeoutMillis: Math.min(30, exportEverySeconds) * 1000,
  });
  const openTraces = (resource: ReturnType<typeof resourceFromAttributes>) =>
    new sdk.TracerProvider({
      resource,
      spanProcessors: [new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${base}/v1/traces` }) })],
    });
  return { reader, openTraces };
}

/** A collector that is away is said once a minute, not with each batch. */
function diagnosticsTo(log: TelemetryOptions['log']) {
  let silentUntil = 0;
  const warn: DiagLogFunction = (message, ...details) => {
    if (performance.now() < silentUntil) return;
    silentUntil = performance.now() + 60_000;
    log.warn({ detail: reasonOf([message, ...details].map(String).join(' ')) }, 'telemetry could not be sent');
  };
  const ignore: DiagLogFunction = () => {};
  return { error: warn, warn, info: ignore, debug: ignore, verbose: ignore };
}

/** An exporter tells its error as JSON, with the stack. */
function reasonOf(told: string): string {
  const [, reason = told] = /"message":"((?:[^"\\]|\\.)*)"/.exec(told) ?? [];
  return reason.slice(0, 500);
}
