import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { AppError, type FieldError } from './domain/errors.ts';
import type { ParserChoices } from './domain/parser-choice.ts';
import {
  type ObjectPlace,
  type Setting,
  type SettingName,
  type SettingValues,
  settingNames,
  settings,
} from './settings/settings.ts';

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly publicUrl: string | null;
  readonly databaseUrl: string | null;
  readonly objects: ObjectPlace;
  /** Keys of 32 bytes; the first seals, all open. Null: the one in the data folder. */
  readonly secretsKeys: readonly [Uint8Array, ...Uint8Array[]] | null;
  /** Null: the extractive answerer writes the answers. */
  readonly chat: {
    /** In the order in which they are asked; at least one. */
    readonly models: readonly [string, ...string[]];
    readonly apiKey: string;
    readonly baseUrl: string | null;
  } | null;
  /** US dollars for a million tokens, in the order of `chat.models`, or one for all; null: what is known of the models. */
  readonly chatPrices: readonly { readonly input: number; readonly output: number }[] | null;
  /** Milliseconds without a token after which another call is made beside a late one; null: none is. */
  readonly hedgeAfterMilliseconds: number | null;
  /** Null: words alone judge what the chat model writes. */
  readonly groundednessJudge: Config['chat'];
  readonly evalJudge: {
    /** Null: eval suites have no model judge unless they name one. */
    readonly model: string | null;
    /** Where it is, and what suites name without an address; null: there is none. */
    readonly server: Config['modelServer'];
    /** By host, with the port where an address has one. */
    readonly keys: Readonly<Record<string, string>>;
  };
  readonly embedding:
    | { readonly provider: 'minilm' }
    | {
        readonly provider: 'openai';
        readonly model: string;
        readonly apiKey: string;
        readonly baseUrl: string | null;
        readonly dimensions: number | null;
        /** Put in front of each text. */
        readonly prefixes: { readonly question: string; readonly document: string };
      };
  /** What one process may ask of an embedding server in a minute; null: no limit. */
  readonly embeddingLimits: { readonly requestsPerMinute: number | null; readonly tokensPerMinute: number | null };
  /** US dollars for a million tokens; null: what is known of the model. */
  readonly embeddingPrice: number | null;
  /** The server that OPENAI_API_KEY and OPENAI_BASE_URL name; null: there is none. */
  readonly modelServer: { readonly apiKey: string; readonly baseUrl: string | null } | null;
  /** Null: the index is in memory. */
  readonly qdrant: {
    readonly url: string;
    readonly apiKey: string | null;
    readonly alias: string;
    readonly fallbackPassages: number;
  } | null;
  /** Null: the fused order stands. */
  readonly reranker: RerankerConfig | null;
  readonly chunks: { readonly targetTokens: number; readonly maxTokens: number };
  /** Null: the built-in parsers read all there is to read. */
  readonly unstructured: {
    readonly url: string;
    readonly apiKey: string | null;
    readonly strategy: 'auto' | 'fast' | 'hi_res' | 'ocr_only';
    readonly choices: ParserChoices;
  } | null;
  readonly answerMode: 'strict' | 'lenient';
  /** Null: the fitted default. */
  readonly refusalThreshold: number | null;
  /** Null: running answers are followed on the server that writes them. */
  readonly redisUrl: string | null;
  readonly answerCache: { readonly bytes: number; readonly seconds: number };
  /** Null: age does not count. */
  readonly freshnessHalfLifeDays: number | null;
  /** Whether the server reads and embeds too; else workers do. */
  readonly ingestInServer: boolean;
  readonly publishWaitsFor: 'lexical' | 'dense';
  readonly maxFileBytes: number;
  /** Hosts that may be fetched beside the public internet. */
  readonly fetchAllowedHosts: readonly string[];
  /** Folders that sources may read; absolute. */
  readonly sourceFolders: readonly string[];
  /** What the system that an eval suite asks is sent beside the questions. */
  readonly evalTarget: { readonly key: string | null; readonly headers: Readonly<Record<string, string>> };
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  /** Null: metrics and traces are sent nowhere. */
  readonly otlpEndpoint: string | null;
  readonly remote: { readonly url: string; readonly key: string } | null;
  readonly cores: number;
}

export type RerankerConfig = {
  /** Passages that it reads. */
  readonly topN: number;
  readonly timeoutMs: number;
} & (
  | { readonly provider: 'cohere'; readonly model: string; readonly apiKey: string; readonly baseUrl: string | null }
  | {
      readonly provider: 'http';
      readonly url: string;
      readonly apiKey: string | null;
      /** Null: the server has one model only. */
      readonly model: string | null;
      readonly format: 'cohere' | 'tei';
      readonly scale: 'probability' | 'logit';
    }
  /** A cross-encoder in ONNX, in this process; the path is absolute. */
  | { readonly provider: 'onnx'; readonly file: string }
);

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from the environment, once, at the start.
 * Throws CONFIGURATION_INVALID with one entry for each wrong variable; secrets are masked.
 */
export function loadConfig(environment: Environment = process.env): Config {
  const errors: FieldError[] = [];
  const read = <N extends SettingName>(name: N): z.output<(typeof settings)[N]['schema']> => {
    const parsed = settings[name].schema.safeParse(environment[name]);
    if (!parsed.success) errors.push(wrongValue(name, environment[name] ?? ''));
    return parsed.data as z.output<(typeof settings)[N]['schema']>;
  };
  const value = Object.fromEntries(settingNames.map((name) => [name, read(name)])) as SettingValues;
  if (value.FOOTNOTE_URL && !value.FOOTNOTE_KEY && !errors.some((error) => error.field === 'FOOTNOTE_KEY'))
    errors.push({ field: 'FOOTNOTE_KEY', expected: 'a key for the server of FOOTNOTE_URL', received: 'nothing' });
  const hasModelServer = value.OPENAI_API_KEY !== undefined || value.OPENAI_BASE_URL !== undefined;
  if (value.EMBEDDING_MODEL !== 'minilm' && !hasModelServer && errors.length === 0)
    errors.push({
      field: 'EMBEDDING_MODEL',
      expected: '`minilm`, or OPENAI_API_KEY or OPENAI_BASE_URL set beside it',
      received: value.EMBEDDING_MODEL,
    });
  for (const name of ['EMBEDDING_QUESTION_PREFIX', 'EMBEDDING_DOCUMENT_PREFIX'] as const)
    if (value[name] && value.EMBEDDING_MODEL === 'minilm' && errors.length === 0)
      errors.push({
        field: name,
        expected: 'nothing beside the built-in embedder; it is for the model that EMBEDDING_MODEL names',
        received: JSON.stringify(value[name]),
      });
  if (value.GROUNDEDNESS_JUDGE_MODEL && (!hasModelServer || value.CHAT_MODEL === 'none') && errors.length === 0)
    errors.push({
      field: 'GROUNDEDNESS_JUDGE_MODEL',
      expected:
        'a chat model beside it that writes answers: OPENAI_API_KEY or OPENAI_BASE_URL, and CHAT_MODEL not none',
      received: JSON.stringify(value.GROUNDEDNESS_JUDGE_MODEL),
    });
  if (value.EVAL_JUDGE_MODEL && !hasModelServer && !value.EVAL_JUDGE_URL && !value.EVAL_JUDGE_API_KEY)
    errors.push(wrongValue('EVAL_JUDGE_MODEL', value.EVAL_JUDGE_MODEL));
  const prices = value.CHAT_PRICE?.length ?? 1;
  if (prices > 1 && prices !== namesOf(value.CHAT_MODEL).length && errors.length === 0)
    errors.push({
      field: 'CHAT_PRICE',
      expected: `one price, or one for each of the ${namesOf(value.CHAT_MODEL).length} names of CHAT_MODEL`,
      received: `${prices} prices`,
    });
  if (value.HEDGE_AFTER_MS && (!hasModelServer || value.CHAT_MODEL === 'none') && errors.length === 0)
    errors.push({
      field: 'HEDGE_AFTER_MS',
      expected: 'a chat model beside it: OPENAI_API_KEY or OPENAI_BASE_URL, and CHAT_MODEL not none',
      received: String(value.HEDGE_AFTER_MS),
    });
  if (value.INGEST_IN_SERVER === 'false' && !value.DATABASE_URL && errors.length === 0)
    errors.push({
      field: 'INGEST_IN_SERVER',
      expected: 'true, or DATABASE_URL set beside it: on the embedded database only the server can work',
      received: JSON.stringify(value.INGEST_IN_SERVER),
    });
  errors.push(...rerankerConflicts(value, errors));
  errors.push(...chunkConflicts(value, errors));
  if (errors.length > 0) throw new AppError('CONFIGURATION_INVALID', describe(errors), { errors });

  const server = { apiKey: value.OPENAI_API_KEY ?? 'none', baseUrl: value.OPENAI_BASE_URL ?? null };
  return {
    host: value.HOST,
    port: value.PORT,
    dataDir: resolve(value.DATA_DIR),
    publicUrl: value.PUBLIC_URL ?? null,
    databaseUrl: value.DATABASE_URL ?? null,
    objects: value.OBJECTS_URL ?? { kind: 'folder', path: join(resolve(value.DATA_DIR), 'objects') },
    secretsKeys: value.SECRETS_KEY ? keysOf(value.SECRETS_KEY) : null,
    chat: hasModelServer && value.CHAT_MODEL !== 'none' ? { models: namesOf(value.CHAT_MODEL), ...server } : null,
    chatPrices: value.CHAT_PRICE ?? null,
    hedgeAfterMilliseconds: value.HEDGE_AFTER_MS ?? null,
    groundednessJudge:
      hasModelServer && value.GROUNDEDNESS_JUDGE_MODEL ? { models: [value.GROUNDEDNESS_JUDGE_MODEL], ...server } : null,
    evalJudge: evalJudgeOf(value, hasModelServer ? server : null),
    embedding:
      value.EMBEDDING_MODEL === 'minilm'
        ? { provider: 'minilm' }
        : {
            provider: 'openai',
            model: value.EMBEDDING_MODEL,
            dimensions: value.EMBEDDING_DIMENSIONS ?? null,
            prefixes: {
              question: value.EMBEDDING_QUESTION_PREFIX ?? '',
              document: value.EMBEDDING_DOCUMENT_PREFIX ?? '',
            },
            ...server,
          },
    embeddingLimits: { requestsPerMinute: value.EMBEDDING_RPM ?? null, tokensPerMinute: value.EMBEDDING_TPM ?? null },
    embeddingPrice: value.EMBEDDING_PRICE ?? null,
    modelServer: hasModelServer ? server : null,
    qdrant: value.QDRANT_URL
      ? {
          url: value.QDRANT_URL,
          apiKey: value.QDRANT_API_KEY ?? null,
          alias: value.QDRANT_ALIAS,
          fallbackPassages: value.INDEX_FALLBACK_PASSAGES,
        }
      : null,
    reranker: rerankerOf(value),
    chunks: { targetTokens: value.CHUNK_TARGET_TOKENS, maxTokens: value.CHUNK_MAX_TOKENS },
    unstructured: unstructuredOf(value),
    answerMode: value.ANSWER_MODE,
    refusalThreshold: value.REFUSAL_THRESHOLD ?? null,
    redisUrl: value.REDIS_URL ?? null,
    answerCache: { bytes: value.ANSWER_CACHE_BYTES, seconds: value.ANSWER_CACHE_SECONDS },
    freshnessHalfLifeDays: value.FRESHNESS_HALF_LIFE_DAYS ?? null,
    ingestInServer: value.INGEST_IN_SERVER === 'true',
    publishWaitsFor: value.PUBLISH_WAITS_FOR,
    maxFileBytes: value.MAX_FILE_BYTES,
    fetchAllowedHosts: value.FETCH_ALLOWED_HOSTS,
    sourceFolders: value.SOURCE_FOLDERS.map((folder) => resolve(folder)),
    evalTarget: { key: value.EVAL_TARGET_KEY ?? null, headers: value.EVAL_TARGET_HEADERS ?? {} },
    logLevel: value.LOG_LEVEL,
    otlpEndpoint: value.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    remote:
      value.FOOTNOTE_URL && value.FOOTNOTE_KEY
        ? { url: value.FOOTNOTE_URL.replace(/\/$/, ''), key: value.FOOTNOTE_KEY }
        : null,
    cores: availableParallelism(),
  };
}

/** What the settings of the reranker say against each other; a variable that is wrong by itself is reported once. */
function rerankerConflicts(value: SettingValues, known: readonly FieldError[]): FieldError[] {
  const conflicts: FieldError[] = [];
  const { COHERE_API_KEY: cohereKey, RERANK_URL: url, RERANK_FILE: file, RERANK_MODEL: model } = value;
  if (value.COHERE_BASE_URL && !cohereKey)
    conflicts.push({
      field: 'COHERE_API_KEY',
      expected: 'a key for COHERE_BASE_URL; a server that asks for none belongs in RERANK_URL',
      received: 'nothing',
    });
  if (cohereKey && url)
    conflicts.push({
      field: 'RERANK_URL',
      expected:
        'nothing beside COHERE_API_KEY: there is one reranker, and Cohere at another address is COHERE_BASE_URL',
      received: JSON.stringify(url),
    });
  if (file && (cohereKey || url))
    conflicts.push({
      field: 'RERANK_FILE',
      expected: `nothing beside ${cohereKey ? 'COHERE_API_KEY' : 'RERANK_URL'}: there is one reranker`,
      received: JSON.stringify(file),
    });
  if (value.RERANK_API_KEY && !url)
    conflicts.push({ field: 'RERANK_URL', expected: 'the address that RERANK_API_KEY is for', received: 'nothing' });
  if (model && model !== 'none' && !cohereKey && !url)
    conflicts.push({
      field: 'RERANK_MODEL',
      expected: file ? '`none` or nothing beside RERANK_FILE' : 'COHERE_API_KEY or RERANK_URL set beside it',
      received: JSON.stringify(model),
    });
  return known.length > 0 ? [] : conflicts;
}

const hostedUnstructured = 'https://api.unstructuredapp.io';

function unstructuredOf(value: SettingValues): Config['unstructured'] {
  const { UNSTRUCTURED_URL: url, UNSTRUCTURED_API_KEY: apiKey } = value;
  if (url === undefined && apiKey === undefined) return null;
  const { UNSTRUCTURED_STRATEGY: strategy, UNSTRUCTURED_FORMATS: choices } = value;
  return { url: url ?? hostedUnstructured, apiKey: apiKey ?? null, strategy, choices };
}

/** Tokens that the built-in embedder reads of a text. */
const minilmTokens = 254;

function chunkConflicts(value: SettingValues, known: readonly FieldError[]): FieldError[] {
  const { CHUNK_TARGET_TOKENS: target, CHUNK_MAX_TOKENS: most } = value;
  const isTooLong = value.EMBEDDING_MODEL === 'minilm' && most > minilmTokens;
  if (known.length > 0 || (target < most && !isTooLong)) return [];
  const field = isTooLong ? 'CHUNK_MAX_TOKENS' : 'CHUNK_TARGET_TOKENS';
  return [{ field, expected: settings[field].expected, received: String(isTooLong ? most : target) }];
}

/** A cross-encoder of 12 layers reads 20 passages within a second on two cores; a server usually has more. */
const [passagesOfServer, passagesOfFile] = [50, 20];

function rerankerOf(value: SettingValues): RerankerConfig | null {
  if (value.RERANK_MODEL === 'none') return null;
  const topN = value.RERANK_TOP_N ?? (value.RERANK_FILE === undefined ? passagesOfServer : passagesOfFile);
  const limits = { topN, timeoutMs: value.RERANK_TIMEOUT_MS };
  if (value.COHERE_API_KEY !== undefined)
    return {
      provider: 'cohere',
      model: value.RERANK_MODEL ?? 'rerank-v3.5',
      apiKey: value.COHERE_API_KEY,
      baseUrl: value.COHERE_BASE_URL ?? null,
      ...limits,
    };
  if (value.RERANK_FILE !== undefined)
    return {
      provider: 'onnx',
      file: resolve(value.RERANK_FILE),
      ...limits,
    };
  if (value.RERANK_URL === undefined) return null;
  return {
    provider: 'http',
    url: value.RERANK_URL,
    apiKey: value.RERANK_API_KEY ?? null,
    model: value.RERANK_MODEL ?? null,
    format: value.RERANK_FORMAT,
    scale: value.RERANK_SCORES,
    ...limits,
  };
}

function keysOf([first, ...others]: readonly [string, ...string[]]): [Uint8Array, ...Uint8Array[]] {
  const bytesOf = (key: string) => Buffer.from(key, key.length === 64 ? 'hex' : 'base64');
  return [bytesOf(first), ...others.map(bytesOf)];
}

/** A server of its own gets no key but its own. */
function evalJudgeOf(value: SettingValues, modelServer: Config['modelServer']): Config['evalJudge'] {
  const { EVAL_JUDGE_MODEL: model = null, EVAL_JUDGE_URL: baseUrl, EVAL_JUDGE_API_KEY: apiKey } = value;
  const keys = value.EVAL_JUDGE_KEYS ?? {};
  if (baseUrl !== undefined) return { model, keys, server: { apiKey: apiKey ?? 'none', baseUrl } };
  if (apiKey === undefined) return { model, keys, server: modelServer };
  return { model, keys, server: { apiKey, baseUrl: modelServer?.baseUrl ?? null } };
}

/** Names with commas between them, each once. */
function namesOf(list: string): [string, ...string[]] {
  const [first = '', ...others] = new Set(list.split(',').map((name) => name.trim()));
  return [first, ...others];
}

function wrongValue(name: SettingName, received: string): FieldError {
  const setting: Setting = settings[name];
  return {
    field: name,
    expected: setting.expected,
    received: setting.secret ? mask(received) : JSON.stringify(received),
  };
}

/** The first three characters of a secret that is long enough to spare them. */
function mask(secret: string): string {
  return secret.length > 12 ? `${secret.slice(0, 3)}… (${secret.length} characters)` : `(${secret.length} characters)`;
}

function describe(errors: readonly FieldError[]): string {
  return errors.map(({ field, expected, received }) => `${field}: expected ${expected}, read ${received}`).join('\n');
}
