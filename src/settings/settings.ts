import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { answerModes } from '../domain/answer.ts';
import { parserNames, partitionedFormats } from '../domain/parser-choice.ts';

const emptyIsUnset = (value: unknown) => (value === '' ? undefined : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(emptyIsUnset, schema.optional());
const withDefault = <T extends z.ZodType>(schema: T, value: z.output<T>) =>
  z.preprocess((input) => emptyIsUnset(input) ?? value, schema);
const integer = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum);
/** For a million tokens. */
const dollars = z.string().trim().min(1).transform(Number).pipe(z.number().min(0).max(1_000));
/** It is part of the embedder's id, which is stored with each vector. */
const embeddingPrefix = z.string().refine((prefix) => encodeURIComponent(prefix.toWellFormed()).length <= 600);
const httpUrl = z.url({ protocol: /^https?$/ });
/** `0.4/1.6`, for each model one, or one for all. */
const chatPrices = z
  .string()
  .transform((value) => value.split(',').map((price) => price.trim().split('/')))
  .pipe(z.array(z.tuple([dollars, dollars]).transform(([input, output]) => ({ input, output }))));
const modelNames = z.string().regex(/^[^,\s][^,]*(,[^,]*[^,\s][^,]*)*$/);

/** Where raw files are kept. */
export type ObjectPlace =
  | { readonly kind: 'folder'; readonly path: string }
  | {
      readonly kind: 's3';
      readonly url: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly region: string;
    };

function toObjectPlace(text: string, context: z.RefinementCtx): ObjectPlace {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'file:' && url.host === '') return { kind: 'folder', path: fileURLToPath(url) };
  const hasBucket = url !== null && url.pathname.length > 1 && url.username !== '' && url.password !== '';
  if (url && hasBucket && /^https?:$/.test(url.protocol))
    return {
      kind: 's3',
      url: `${url.origin}${url.pathname}`,
      accessKeyId: decodeURIComponent(url.username),
      secretAccessKey: decodeURIComponent(url.password),
      region: url.searchParams.get('region') ?? 'us-east-1',
    };
  context.addIssue({ code: 'custom', message: 'neither a folder nor a bucket' });
  return z.NEVER;
}

const parserChoices = z
  .string()
  .transform((list) => Object.fromEntries(list.split(',').map((pair) => pair.split('=', 2).map((part) => part.trim()))))
  .pipe(z.partialRecord(z.enum(partitionedFormats), z.enum(parserNames)));

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' });
    return z.NEVER;
  }
});

const headerValue = z.string().regex(/^[^\r\n\0]*$/);
const jsonHeaders = json.pipe(z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), headerValue));
/** By host, with the port where there is one. */
const jsonKeys = json.pipe(z.record(z.string().regex(/^[^\s/@]+$/), headerValue.min(1)));

const hostEntry = z.union([
  z.cidrv4(),
  z.cidrv6(),
  z.string().regex(/^(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?)(:\d{1,5})?$/),
]);
/** Entries with a separator between them. */
const listOf = (separator: string, entry: z.ZodType<string, string>) =>
  z
    .string()
    .default('')
    .transform((text) => text.split(separator).flatMap((part) => part.trim() || []))
    .pipe(z.array(entry));

const secretKey = z.union([z.base64().length(44), z.hex().length(64)]);
const secretKeys = z
  .string()
  .transform((list) => list.split(',').map((key) => key.trim()))
  .pipe(z.tuple([secretKey], secretKey));

export interface Setting {
  readonly schema: z.ZodType;
  readonly expected: string;
  readonly description: string;
  readonly example: string;
  readonly secret?: boolean;
}

/** One table of settings: validation, error texts and .env.example come from it. */
export const settings = {
  HOST: {
    schema: withDefault(z.string().min(1), '127.0.0.1'),
    expected: 'an address to listen on',
    description: 'Address to listen on; 127.0.0.1 keeps the server to this machine.',
    example: '127.0.0.1',
  },
  PORT: {
    schema: withDefault(integer(0, 65535), 4680),
    expected: 'a whole number from 0 to 65535',
    description: 'Port to listen on; 0 takes a free one.',
    example: '4680',
  },
  DATA_DIR: {
    schema: withDefault(z.string().min(1), './data'),
    expected: 'a folder',
    description: 'Folder of the embedded database, raw files and the local key.',
    example: './data',
  },
  PUBLIC_URL: {
    schema: optional(httpUrl),
    expected: 'an http or https URL',
    description: 'Address under which browsers reach the server, when it stands behind a proxy.',
    example: 'https://footnote.example.com',
  },
  DATABASE_URL: {
    schema: optional(z.url({ protocol: /^postgres(ql)?$/ })),
    expected: 'a postgres:// URL',
    description: 'Postgres server to use instead of the embedded database.',
    example: 'postgres://footnote:secret@localhost:5432/footnote',
    secret: true,
  },
  QDRANT_URL: {
    schema: optional(httpUrl),
    expected: 'an http or https URL with its port',
    description: 'Qdrant server (1.18 or later) that holds the index instead of this process, with its port.',
    example: 'http://localhost:6333',
  },
  QDRANT_API_KEY: {
    schema: optional(z.string().min(1)),
    expected: 'a key',
    description: 'Key of that server; it must be allowed to make collections.',
    example: 'a-long-secret',
    secret: true,
  },
  QDRANT_ALIAS: {
    schema: withDefault(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/), 'footnote'),
    expected: 'letters, digits, - and _, at most 64',
    description: 'Name under which the live collection stands in Qdrant; its collections begin with it.',
    example: 'footnote',
  },
  INDEX_FALLBACK_PASSAGES: {
    schema: withDefault(integer(0, 1_000_000), 20_000),
    expected: 'a whole number from 0 to 1000000',
    description: 'Tenants of up to so many passages are searched by words, in memory, while Qdrant is down.',
    example: '20000',
  },
  REDIS_URL: {
    schema: optional(z.url({ protocol: /^rediss?$/ })),
    expected: 'a redis:// or rediss:// URL',
    description:
      'Redis that lets an answer be followed and stopped on any server; without it, on the one that writes it.',
    example: 'redis://localhost:6379',
    secret: true,
  },
  OBJECTS_URL: {
    schema: optional(z.string().transform(toObjectPlace)),
    expected: 'file:///folder, or https://KEY:SECRET@host/bucket/prefix?region=NAME',
    description:
      'Where raw files are kept instead of DATA_DIR: a shared folder, or a bucket of an S3-compatible server.',
    example: 'https://KEY:SECRET@s3.example.com/bucket?region=eu-central-1',
    secret: true,
  },
  SECRETS_KEY: {
    schema: optional(secretKeys),
    expected: '32 bytes as base64 (openssl rand -base64 32) or as hexadecimal digits; earlier keys after a comma',
    description:
      'Key that seals the credentials of sources, the same on all servers and workers; without it one is made in DATA_DIR. A new key goes first, with the earlier one after a comma.',
    example: 'the output of openssl rand -base64 32',
    secret: true,
  },
  OPENAI_API_KEY: {
    schema: optional(z.string().min(1)),
    expected: 'a key',
    description: 'Key of the chat model; setting it or OPENAI_BASE_URL turns the chat model on.',
    example: 'sk-…',
    secret: true,
  },
  OPENAI_BASE_URL: {
    schema: optional(httpUrl),
    expected: 'an http or https URL',
    description: 'Any server that speaks the OpenAI protocol.',
    example: 'http://localhost:11434/v1',
  },
  CHAT_MODEL: {
    schema: withDefault(modelNames, 'gpt-4.1-mini'),
    expected: 'names of models with commas between them',
    description:
      'Chat model that writes the answers; a further name, after a comma, is asked when the one before fails. `none` keeps the extractive answerer.',
    example: 'gpt-4.1-mini,gpt-4.1-nano',
  },
  HEDGE_AFTER_MS: {
    schema: optional(integer(50, 60_000)),
    expected: 'a whole number of milliseconds from 50 to 60000',
    description:
      'Milliseconds without a token after which the next model of CHAT_MODEL, or the only one again, is asked beside a late one; off unless set.',
    example: '3000',
  },
  CHAT_PRICE: {
    schema: optional(chatPrices),
    expected:
      'two numbers from 0 to 1000 with a slash between them, for all models or, after commas, for each of CHAT_MODEL',
    description:
      "US dollars for a million tokens that the chat model reads and writes, for the cost of answers; the prices of OpenAI's usual models are known.",
    example: '0.4/1.6',
  },
  EMBEDDING_MODEL: {
    schema: withDefault(z.string().min(1), 'minilm'),
    expected: '`minilm` or the name of a model at OPENAI_BASE_URL',
    description: 'Embedder: `minilm` is built in, any other name is asked of the OpenAI-compatible server.',
    example: 'minilm',
  },
  EMBEDDING_DIMENSIONS: {
    schema: optional(integer(8, 4096)),
    expected: 'a whole number from 8 to 4096',
    description: 'Length of the vectors, for models that can shorten them.',
    example: '1024',
  },
  EMBEDDING_QUESTION_PREFIX: {
    schema: optional(embeddingPrefix),
    expected: 'at most 200 characters, 66 where they are not ASCII',
    description:
      'Put in front of each question that is embedded, spaces as they are, where the model was trained so and its server does not add it.',
    example: "'query: '",
  },
  EMBEDDING_DOCUMENT_PREFIX: {
    schema: optional(embeddingPrefix),
    expected: 'at most 200 characters, 66 where they are not ASCII',
    description: 'Put in front of each passage and sentence that is embedded.',
    example: "'passage: '",
  },
  EMBEDDING_RPM: {
    schema: optional(integer(1, 10_000_000)),
    expected: 'a whole number from 1 to 10000000',
    description:
      'Requests a minute that each process may send to the embedding server; without it as many as the server answers well.',
    example: '3000',
  },
  EMBEDDING_TPM: {
    schema: optional(integer(1_000, 1_000_000_000)),
    expected: 'a whole number from 1000 to 1000000000',
    description: 'Tokens a minute that each process may send to the embedding server.',
    example: '1000000',
  },
  EMBEDDING_PRICE: {
    schema: optional(z.coerce.number().min(0).max(1_000)),
    expected: 'a number from 0 to 1000',
    description:
      "US dollars for a million tokens at the embedding server, for estimates; OpenAI's own prices are known.",
    example: '0.02',
  },
  COHERE_API_KEY: {
    schema: optional(z.string().min(1)),
    expected: 'a key',
    description: 'Key of Cohere; turns Cohere Rerank on.',
    example: 'co-…',
    secret: true,
  },
  COHERE_BASE_URL: {
    schema: optional(httpUrl),
    expected: 'an http or https URL',
    description: "Another address of Cohere's API, of a private deployment or a proxy.",
    example: 'https://cohere.example.com',
  },
  RERANK_URL: {
    schema: optional(httpUrl),
    expected: 'an http or https URL',
    description:
      'Whole address of a rerank endpoint (Jina, Text Embeddings Inference, vLLM, Infinity, llama.cpp); turns it on.',
    example: 'http://localhost:8080/rerank',
  },
  RERANK_API_KEY: {
    schema: optional(z.string().min(1)),
    expected: 'a key',
    description: 'Key for RERANK_URL, where that server asks for one.',
    example: 'jina_…',
    secret: true,
  },
  RERANK_FORMAT: {
    schema: withDefault(z.enum(['cohere', 'tei']), 'cohere'),
    expected: 'cohere or tei',
    description:
      'How requests to RERANK_URL are written: cohere sends `documents`, tei (Text Embeddings Inference) `texts`.',
    example: 'cohere',
  },
  RERANK_SCORES: {
    schema: withDefault(z.enum(['probability', 'logit']), 'probability'),
    expected: 'probability or logit',
    description: 'What RERANK_URL scores by: probability is from 0 to 1, logit has no bounds and is turned into one.',
    example: 'probability',
  },
  RERANK_FILE: {
    schema: optional(z.string().regex(/\.onnx$/)),
    expected: 'the path of a file that ends in .onnx',
    description: 'A cross-encoder in ONNX with its tokenizer.json, which runs in this process; turns it on.',
    example: '/models/ms-marco-MiniLM-L-12-v2/model.onnx',
  },
  RERANK_MODEL: {
    schema: optional(z.string().min(1)),
    expected: 'the name of a model',
    description: 'Reranker to ask for, `rerank-v3.5` at Cohere unless set; `none` turns reranking off.',
    example: 'rerank-v3.5',
  },
  RERANK_TOP_N: {
    schema: optional(integer(1, 1000)),
    expected: 'a whole number from 1 to 1000',
    description: 'How many of the best passages the reranker reads; 50 unless set, of RERANK_FILE 20.',
    example: '50',
  },
  RERANK_TIMEOUT_MS: {
    schema: withDefault(integer(10, 60_000), 2_000),
    expected: 'a whole number of milliseconds from 10 to 60000',
    description: 'How long the reranker may take before the order stays as it was, in milliseconds.',
    example: '2000',
  },
  CHUNK_TARGET_TOKENS: {
    schema: withDefault(integer(32, 4000), 180),
    expected: 'a whole number from 32 to 4000, less than CHUNK_MAX_TOKENS',
    description: 'Length that passages should have, in tokens; what is ingested already keeps its passages.',
    example: '180',
  },
  CHUNK_MAX_TOKENS: {
    schema: withDefault(integer(48, 8000), 230),
    expected: 'a whole number from 48 to 8000, and at most 254 with the built-in embedder',
    description: 'Length that no passage exceeds, in tokens.',
    example: '230',
  },
  UNSTRUCTURED_URL: {
    schema: optional(httpUrl),
    expected: 'an http or https URL',
    description:
      'Server of Unstructured that reads scans, pictures and old Office files, without the path of its endpoint.',
    example: 'http://localhost:8000',
  },
  UNSTRUCTURED_API_KEY: {
    schema: optional(z.string().min(1)),
    expected: 'a key',
    description: 'Key for that server; alone it means the hosted one.',
    example: 'a-long-secret',
    secret: true,
  },
  UNSTRUCTURED_STRATEGY: {
    schema: withDefault(z.enum(['auto', 'fast', 'hi_res', 'ocr_only']), 'auto'),
    expected: 'auto, fast, hi_res or ocr_only',
    description: 'How thoroughly that server reads.',
    example: 'auto',
  },
  UNSTRUCTURED_FORMATS: {
    schema: z.preprocess((input) => emptyIsUnset(input) ?? 'pdf=auto', parserChoices),
    expected: `pairs of ${partitionedFormats.join(', ')} and builtin, unstructured or auto, as in pdf=unstructured,docx=builtin`,
    description:
      'Which formats that server reads. `auto`, for all that are not named, asks it where less than 20 characters a page were found.',
    example: 'pdf=auto,image=unstructured,docx=builtin',
  },
  ANSWER_MODE: {
    schema: withDefault(z.enum(answerModes), 'strict'),
    expected: 'strict or lenient',
    description: 'strict withholds a sentence that its quotes do not support, lenient marks it.',
    example: 'strict',
  },
  GROUNDEDNESS_JUDGE_MODEL: {
    schema: optional(z.string().min(1)),
    expected: 'the name of a model at OPENAI_BASE_URL',
    description:
      'Chat model that reads each sentence of another chat model once more and may withhold it; off unless set.',
    example: 'gpt-4.1-mini',
  },
  EVAL_JUDGE_MODEL: {
    schema: optional(z.string().min(1)),
    expected: 'the name of a model, with EVAL_JUDGE_URL, OPENAI_API_KEY or OPENAI_BASE_URL beside it',
    description:
      'Chat model that judges answers in eval suites, best of another family than CHAT_MODEL; without it only built-in metrics are computed.',
    example: 'gpt-4.1-mini',
  },
  EVAL_JUDGE_URL: {
    schema: optional(httpUrl),
    expected: 'an http or https URL',
    description: 'OpenAI-compatible server of that judge, where it is another than OPENAI_BASE_URL.',
    example: 'http://localhost:11434/v1',
  },
  EVAL_JUDGE_API_KEY: {
    schema: optional(z.string().min(1)),
    expected: 'a key',
    description: 'Key for that server; OPENAI_API_KEY is never sent to EVAL_JUDGE_URL.',
    example: 'sk-…',
    secret: true,
  },
  EVAL_JUDGE_KEYS: {
    schema: optional(jsonKeys),
    expected: 'a JSON object of hosts and keys',
    description: 'Keys for the servers that the `judge` of an eval suite names by `url`, by their host, as JSON.',
    example: '{"api.mistral.ai": "sk-…"}',
    secret: true,
  },
  REFUSAL_THRESHOLD: {
    schema: optional(z.coerce.number().min(0).max(1)),
    expected: 'a number from 0 to 1',
    description: 'Probability that the sources hold no answer above which a question is refused.',
    example: '0.5',
  },
  ANSWER_CACHE_BYTES: {
    schema: withDefault(integer(0, 4_294_967_296), 33_554_432),
    expected: 'a whole number of bytes from 0 to 4294967296',
    description: 'Memory for answers that are given again while nothing has changed, in bytes; 0 keeps none.',
    example: '33554432',
  },
  ANSWER_CACHE_SECONDS: {
    schema: withDefault(integer(1, 86_400), 600),
    expected: 'a whole number of seconds from 1 to 86400',
    description: 'How long an answer is given again at most, in seconds.',
    example: '600',
  },
  FRESHNESS_HALF_LIFE_DAYS: {
    schema: optional(integer(1, 36_500)),
    expected: 'a whole number of days from 1 to 36500',
    description:
      'Ranks newer documents higher: days after which age has half of its effect. Without it age does not count.',
    example: '180',
  },
  INGEST_IN_SERVER: {
    schema: withDefault(z.enum(['true', 'false']), 'true'),
    expected: 'true or false',
    description: 'false leaves reading and embedding to `footnote worker` processes on the same DATABASE_URL.',
    example: 'true',
  },
  PUBLISH_WAITS_FOR: {
    schema: withDefault(z.enum(['lexical', 'dense']), 'lexical'),
    expected: 'lexical or dense',
    description: 'Whether a document becomes visible before its vectors are there.',
    example: 'lexical',
  },
  MAX_FILE_BYTES: {
    schema: withDefault(integer(1024, 1_073_741_824), 104_857_600),
    expected: 'a whole number of bytes from 1024 to 1073741824',
    description: 'Largest file that is read, in bytes.',
    example: '104857600',
  },
  FETCH_ALLOWED_HOSTS: {
    schema: listOf(',', hostEntry),
    expected: 'names, addresses or ranges such as wiki.intern,10.1.0.0/16,127.0.0.1:9000',
    description:
      'Hosts of your own network that may be fetched beside the public internet: names, with a port where it is not a usual one, or ranges. None unless set.',
    example: 'wiki.intern,10.1.0.0/16',
  },
  SOURCE_FOLDERS: {
    schema: listOf(delimiter, z.string()),
    expected: `folders with ${delimiter} between them`,
    description:
      'Folders of this machine that sources may read (folders, exports, Git repositories); none unless set. Whoever may write documents can read all of it.',
    example: '/srv/handbook',
  },
  EVAL_TARGET_KEY: {
    schema: optional(z.string().min(1)),
    expected: 'a key',
    description: 'Key for the server that `target.url` of an eval suite names; it is sent there as a bearer token.',
    example: 'a-long-secret',
    secret: true,
  },
  EVAL_TARGET_HEADERS: {
    schema: optional(jsonHeaders),
    expected: 'a JSON object of header names and texts',
    description: 'Headers for the HTTP endpoint that `target.url` of an eval suite names, as JSON.',
    example: '{"x-api-key": "a-long-secret"}',
    secret: true,
  },
  LOG_LEVEL: {
    schema: withDefault(z.enum(['silent', 'error', 'warn', 'info', 'debug']), 'info'),
    expected: 'silent, error, warn, info or debug',
    description: 'How much the server logs.',
    example: 'info',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: optional(httpUrl),
    expected: 'the http or https URL of a collector that takes OTLP over HTTP',
    description: 'Where metrics and traces are sent; unset, nothing is.',
    example: 'http://localhost:4318',
  },
  FOOTNOTE_URL: {
    schema: optional(httpUrl),
    expected: 'an http or https URL',
    description: 'Server that the commands talk to instead of the local folder.',
    example: 'https://footnote.example.com',
  },
  FOOTNOTE_KEY: {
    schema: optional(z.string().startsWith('fn_')),
    expected: 'a key that begins with fn_',
    description: 'Key for that server.',
    example: 'fn_…',
    secret: true,
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
export const settingNames = Object.keys(settings) as SettingName[];

/** What the settings say, each by its schema. */
export type SettingValues = { readonly [N in SettingName]: z.output<(typeof settings)[N]['schema']> };

/** The text of .env.example. */
export function environmentExample(): string {
  const entries = settingNames.map((name) => `# ${settings[name].description}\n# ${name}=${settings[name].example}\n`);
  return `# Every setting has a default; set only what you need.\n\n${entries.join('\n')}`;
}
