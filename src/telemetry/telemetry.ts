/** Few values, all known beforehand; never of a tenant, a document or a question. */
export type Labels = Readonly<Record<string, string>>;

/** One value of a gauge. */
export interface Reading {
  readonly value: number;
  readonly labels?: Labels;
}

interface GaugeOptions {
  readonly description: string;
  /** `s` or `By`; left out: a number of things. */
  readonly unit?: 's' | 'By';
  /** Whether it only grows while the process lives. */
  readonly isTotal?: boolean;
}

/** A stretch of work in a trace; without an endpoint that takes traces it does nothing. */
export interface OpenSpan {
  /** Spans that open inside `work`, however deep, are children of this one. */
  within<T>(work: () => T): T;
  /** Ends it once; `name` replaces the one that it began with. */
  end(result?: { readonly name?: string; readonly labels?: Labels; readonly error?: boolean }): void;
}

export const noSpan: OpenSpan = { within: (work) => work(), end() {} };

/** What a process tells of itself. Names are dotted, without unit: `/metrics` shows `footnote.search.duration` as `footnote_search_duration_seconds`. */
export interface Telemetry {
  counter(name: string, description: string): (labels?: Labels, amount?: number) => void;
  /** A histogram of seconds. */
  durations(name: string, description: string): (seconds: number, labels?: Labels) => void;
  /** `read` is called when numbers are collected; when it fails or takes long, the gauge is left out. */
  gauge(name: string, options: GaugeOptions, read: () => readonly Reading[] | Promise<readonly Reading[]>): void;
  /** `traceparent`: the header of that name where the work was asked for from outside, empty when there was none. */
  openSpan(name: string, options?: { readonly labels?: Labels; readonly traceparent?: string }): OpenSpan;
  /** The trace that the running work belongs to; null outside of one. */
  traceId(): string | null;
  /** All numbers in the text format of Prometheus, 0.0.4. */
  exposition(): Promise<string>;
  /** Sends what waits, within two seconds. */
  close(): Promise<void>;
}

/** Counts nothing and traces nothing. */
export const noTelemetry: Telemetry = {
  counter: () => () => {},
  durations: () => () => {},
  gauge() {},
  openSpan: () => noSpan,
  traceId: () => null,
  exposition: async () => '',
  async close() {},
};

/** Runs `work` in a span of its own and counts its seconds by outcome: `ok`, `failed` or, when the signal ended it, `stopped`. */
export async function timed<T>(
  { telemetry, span, record, signal }: TimedOptions,
  work: () => Promise<T>,
  labels: Labels = {},
): Promise<T> {
  const started = performance.now();
  const open = telemetry.openSpan(span, { labels });
  let outcome = 'failed';
  try {
    const result = await open.within(work);
    outcome = 'ok';
    return result;
  } catch (error) {
    if (signal?.aborted) outcome = 'stopped';
    throw error;
  } finally {
    record((performance.now() - started) / 1000, { ...labels, outcome });
    open.end({ labels: { outcome }, error: outcome === 'failed' });
  }
}

interface TimedOptions {
  readonly telemetry: Pick<Telemetry, 'openSpan'>;
  readonly span: string;
  readonly record: ReturnType<Telemetry['durations']>;
  readonly signal?: AbortSignal;
}
