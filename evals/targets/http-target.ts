import { AppError } from '../../src/domain/errors.ts';
import { estimateTokens } from '../../src/domain/estimate-tokens.ts';
import { isConnectionError, ModelStatusError, retryAfterOf } from '../../src/models/model-error.ts';
import type { EvalCase } from '../case.ts';
import { mayPassStatus } from '../engine/retry.ts';
import { hashOf } from '../hash-of.ts';
import type { TargetOf } from '../suite.ts';
import type { SuiteTarget } from '../suite-target.ts';
import { priced } from './price-answer.ts';
import { recordText } from './text-answer.ts';

export interface HttpTargetOptions {
  readonly settings: TargetOf<'http'>;
  /** Of the settings: keys go nowhere else, and never into the suite or the run. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Any endpoint that takes a question and answers with JSON. Redirects are not followed, since the headers may hold a key. */
export function createHttpTarget({ settings, headers }: HttpTargetOptions): SuiteTarget {
  const { requestsPerMinute: _requests, tokensPerMinute: _tokens, ...identifying } = settings;
  const configuration = hashOf(identifying);
  const refusal = settings.refusal === undefined ? null : new RegExp(settings.refusal, 'iu');
  const usageOf = (inputTokens: number, outputTokens: number) => ({ inputTokens, outputTokens, calls: 1 });
  return {
    configuration,
    prepare: async () => ({ identity: configuration }),
    forecast(question) {
      const inputTokens = estimateTokens(JSON.stringify(fill(settings.body, question)));
      return priced({ calls: 1, inputTokens, outputTokens: 0, cost: null }, settings.prices);
    },
    async ask(question, signal) {
      const started = performance.now();
      const body = fill(settings.body, question);
      const reply = await send({ settings, headers }, body, signal);
      const total = performance.now() - started;
      const text = pick(reply, settings.answer)[0];
      if (typeof text !== 'string') throw unreadable(`no text at ${settings.answer}`);
      const isRefusal =
        (settings.refused !== undefined && pick(reply, settings.refused).some(Boolean)) || refusal?.test(text);
      const usage = usageOf(estimateTokens(JSON.stringify(body)), estimateTokens(text));
      return recordText({
        model: settings.version || 'http',
        text,
        isRefusal: isRefusal ?? false,
        sources: sourcesOf(reply, settings),
        latency: { total },
        usage,
        cost: priced({ ...usage, cost: null }, settings.prices).cost,
      });
    },
    close: async () => {},
  };
}

async function send({ settings, headers }: HttpTargetOptions, body: unknown, signal: AbortSignal): Promise<unknown> {
  const { method } = settings;
  const url = new URL(settings.url);
  if (method === 'GET' && typeof body === 'object' && body !== null)
    for (const [name, value] of Object.entries(body))
      url.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  const init: RequestInit = { method, signal, redirect: 'manual', headers: { accept: 'application/json', ...headers } };
  if (method !== 'GET') {
    init.body = JSON.stringify(body);
    init.headers = { 'content-type': 'application/json', ...init.headers };
  }
  const response = await fetch(url, init).catch((cause: unknown) => {
    if (signal.aborted) throw signal.reason;
    if (isConnectionError(cause)) throw new AppError('TARGET_UNAVAILABLE', `${url.origin} does not answer.`, { cause });
    throw unreadable('a redirect, or a reply that breaks off', cause);
  });
  if (!response.ok) {
    await response.body?.cancel();
    const cause = new ModelStatusError(response);
    const retryAfter = retryAfterOf(cause);
    const code = mayPassStatus(response.status) ? 'TARGET_UNAVAILABLE' : 'TARGET_BAD_RESPONSE';
    throw new AppError(code, `${url.origin} answers with status ${response.status}.`, {
      cause,
      ...(retryAfter === null ? {} : { retryAfter }),
    });
  }
  return await response.json().catch((cause: unknown) => {
    if (signal.aborted) throw signal.reason;
    throw unreadable('a reply that is not JSON', cause);
  });
}

/** Puts what the case has in the place of `{{question}}`, `{{history}}`, `{{contexts}}`, `{{groups}}` and `{{tenant}}`: as a value where nothing stands beside it, else as text. */
function fill(template: unknown, one: EvalCase): unknown {
  if (typeof template === 'string') {
    const messages = one.history.flatMap(({ question, answer }) => [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ]);
    const values: Readonly<Record<string, unknown>> = {
      question: one.question,
      history: messages,
      contexts: one.contexts,
      groups: one.groups,
      tenant: one.tenant ?? null,
    };
    const whole = /^\{\{(question|history|contexts|groups|tenant)\}\}$/.exec(template)?.[1];
    if (whole !== undefined) return values[whole];
    const texts: Readonly<Record<string, string>> = {
      question: one.question,
      history: messages.map(({ role, content }) => `${role}: ${content}`).join('\n'),
      contexts: one.contexts.join('\n\n'),
      groups: one.groups.join(','),
      tenant: one.tenant ?? '',
    };
    return template.replace(
      /\{\{(question|history|contexts|groups|tenant)\}\}/g,
      (_place, name: string) => texts[name] ?? '',
    );
  }
  if (Array.isArray(template)) return template.map((item) => fill(item, one));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, fill(value, one)]));
}

/** Values at a path of names and positions; a name with `[*]` behind it takes each of its list. */
function pick(value: unknown, path: string): unknown[] {
  let found: unknown[] = [value];
  for (const step of path.split('.')) {
    const name = step.replace(/\[\*\]$/, '');
    const inner = found.flatMap((one) =>
      typeof one === 'object' && one !== null && Object.hasOwn(one, name) ? [Reflect.get(one, name) as unknown] : [],
    );
    found = step === name ? inner : inner.flatMap((one) => (Array.isArray(one) ? (one as unknown[]) : []));
  }
  return found;
}

function sourcesOf(reply: unknown, { sources }: TargetOf<'http'>) {
  if (!sources) return [];
  const listed = pick(reply, sources.list);
  const items = listed.length === 1 && Array.isArray(listed[0]) ? (listed[0] as unknown[]) : listed;
  return items.map((item, index) => {
    const text = (path: string | undefined) => {
      const value = path === undefined ? undefined : pick(item, path)[0];
      return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
    };
    const document = typeof item === 'string' ? item : (text(sources.document) ?? `source ${index + 1}`);
    return { document, title: text(sources.title) ?? document, text: text(sources.text) };
  });
}

function unreadable(received: string, cause?: unknown): AppError {
  return new AppError('TARGET_BAD_RESPONSE', `The endpoint sent ${received}.`, { cause });
}
