import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { answerModes } from '../src/domain/answer.ts';
import { AppError, describeValue, type FieldError } from '../src/domain/errors.ts';
import { JudgeSettings } from './judge/judge-settings.ts';

const httpUrl = z.url({ protocol: /^https?$/ });
const perMinute = z.int().min(1).max(1_000_000_000);

/** What any target over the network is held to, and what its tokens cost. */
const network = {
  requestsPerMinute: perMinute.optional(),
  tokensPerMinute: perMinute.optional(),
  /** US dollars for a million tokens. */
  prices: z.strictObject({ input: z.number().min(0), output: z.number().min(0) }).optional(),
};

const InProcessTarget = z.strictObject({
  kind: z.literal('in-process'),
  /** `built-in` answers with the models of the package, whatever the settings are; `configured` with those of the settings. */
  models: z.enum(['built-in', 'configured']).default('configured'),
  /** What a record of a corpus is; files of a folder are always documents. */
  as: z.enum(['passages', 'documents']).default('documents'),
  mode: z.enum(answerModes).default('strict'),
  prices: network.prices,
});

const FootnoteTarget = z.strictObject({
  kind: z.literal('footnote'),
  /** Without it FOOTNOTE_URL. */
  url: httpUrl.optional(),
  model: z.string().min(1).optional(),
  mode: z.enum(answerModes).default('strict'),
  ...network,
});

const OpenAiTarget = z.strictObject({
  kind: z.literal('openai'),
  /** Base address of the protocol; without it OPENAI_BASE_URL, or OpenAI's own. */
  url: httpUrl.optional(),
  model: z.string().min(1),
  /** Before the question; `{{contexts}}` stands for the texts of the case, each with its number. */
  prompt: z.string().min(1).optional(),
  /** An answer that matches this pattern is a refusal. */
  refusal: z.string().min(1).optional(),
  maxTokens: z.int().min(1).max(1_000_000).default(1024),
  ...network,
});

/** A path of names and positions with dots between them, as in `choices.0.message.content`; `[*]` takes each of a list. */
const path = z.string().regex(/^[^.]+(\.[^.]+)*$/);

const HttpTarget = z.strictObject({
  kind: z.literal('http'),
  url: httpUrl,
  method: z.enum(['GET', 'POST', 'PUT']).default('POST'),
  /** JSON in which the texts `{{question}}`, `{{history}}`, `{{contexts}}`, `{{groups}}` and `{{tenant}}` stand for what the case has. */
  body: z.json().default({ question: '{{question}}' }),
  answer: path,
  sources: z
    .strictObject({ list: path, document: path.default('id'), text: path.optional(), title: path.optional() })
    .optional(),
  /** Where the reply says that it refuses: anything there but false, null, 0 and an empty text. */
  refused: path.optional(),
  /** Or: an answer that matches this pattern is a refusal. */
  refusal: z.string().min(1).optional(),
  /** Name of the system's version in the reports; a kept answer is used again only under the same. */
  version: z.string().default(''),
  ...network,
});

const Target = z.discriminatedUnion('kind', [InProcessTarget, FootnoteTarget, OpenAiTarget, HttpTarget]);
export type TargetSettings = z.output<typeof Target>;
export type TargetOf<K extends TargetSettings['kind']> = Extract<TargetSettings, { kind: K }>;

/** `tag=x`, `split=dev`, `id=q001`; with commas any of several. */
export const CaseFilter = z.string().regex(/^(tag|split|id)=.+$/, 'a filter such as tag=x, split=dev or id=q001,q002');

/** The content of a suite's file. */
export const Suite = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'lower-case letters, digits and -, at most 64'),
  description: z.string().optional(),
  target: Target,
  data: z.strictObject({
    /** A file or a folder of cases. */
    path: z.string().min(1),
    /** Found out where it is left out. */
    format: z.string().min(1).optional(),
    /** Field of a case to field of the file. */
    map: z.record(z.string(), z.string()).optional(),
    /** Folder or file of the corpus; looked for beside the cases where it is left out. */
    corpus: z.string().min(1).optional(),
    filter: z.array(CaseFilter).default([]),
  }),
  metrics: z.array(z.string().min(1)).min(1),
  repeats: z.int().min(1).max(1000).default(1),
  gates: z.array(z.string().min(1)).default([]),
  concurrency: z.int().min(1).max(256).default(4),
  /** Of one question, its retries left out. */
  timeoutSeconds: z.number().min(0.1).max(3600).default(120),
  /** Attempts after the first, of what may pass by itself. */
  retries: z.int().min(0).max(20).default(4),
  budget: z.strictObject({ cost: z.number().min(0).optional(), tokens: z.int().min(0).optional() }).default({}),
  /** Share of answers that may be errors; with more the run is invalid. */
  maxErrorRate: z.number().min(0).max(1).default(0),
  seed: z.int().min(0).max(4_294_967_295).default(1),
  /** What the suite is for, how its data came about, and what it cannot tell. */
  card: z.string().min(1).optional(),
  /** Folder of the run that gates about differences compare with; left out of account while there is none. */
  baseline: z.string().min(1).optional(),
  /** Who judges, where a metric wants it; without it EVAL_JUDGE_MODEL alone. */
  judge: JudgeSettings.optional(),
  /** How well who judges agrees with people, as `eval judge calibrate --out` writes it. */
  calibration: z.string().min(1).optional(),
  /** Folder of an earlier run whose answers `--cache replay` gives again. */
  recordings: z.string().min(1).optional(),
});
export type Suite = z.output<typeof Suite>;

/** A suite as it stands in its file; its paths are resolved against that file's folder. */
export interface LoadedSuite extends Suite {
  readonly file: string;
}

/** Throws INVALID_REQUEST naming file, line, field and what was expected. */
export async function readSuite(file: string): Promise<LoadedSuite> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw invalid(file, [{ field: file, expected: 'a suite in YAML', received: 'no file that can be read' }], error);
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problem = document.errors[0];
  if (problem) {
    const field = `${file}:${lines.linePos(problem.pos[0]).line}`;
    throw invalid(file, [{ field, expected: 'YAML', received: problem.message.split('\n')[0] ?? '' }]);
  }
  const content: unknown = document.toJS();
  const parsed = Suite.safeParse(content);
  if (!parsed.success) {
    const lineOf = (path: readonly PropertyKey[]) => lineOfPath(document, lines, path);
    throw invalid(
      file,
      parsed.error.issues.flatMap((issue) => fieldErrors(issue, content, (at) => `${file}:${lineOf(at)}`)),
    );
  }
  const place = (path: string) => resolve(dirname(file), path);
  const { data, card, baseline, calibration, recordings, judge } = parsed.data;
  return {
    ...parsed.data,
    file: resolve(file),
    data: { ...data, path: place(data.path), ...(data.corpus ? { corpus: place(data.corpus) } : {}) },
    ...(judge ? { judge: { ...judge, prompts: mapValues(judge.prompts, place) } } : {}),
    ...(card ? { card: place(card) } : {}),
    ...(baseline ? { baseline: place(baseline) } : {}),
    ...(calibration ? { calibration: place(calibration) } : {}),
    ...(recordings ? { recordings: place(recordings) } : {}),
  };
}

const mapValues = <K extends string>(record: Partial<Record<K, string>>, change: (value: string) => string) =>
  Object.fromEntries(
    Object.entries<string | undefined>(record).map(([key, value]) => [key, change(value ?? '')]),
  ) as Partial<Record<K, string>>;

/** Where a field begins; where it is left out, what it is missing from. */
function lineOfPath(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const last = path[depth - 1];
    const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === last) : undefined;
    const node = pair ? pair.key : isSeq(parent) ? parent.items[Number(last)] : undefined;
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function fieldErrors(
  issue: z.core.$ZodIssue,
  content: unknown,
  place: (path: readonly PropertyKey[]) => string,
): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      field: `${place([...issue.path, key])}, ${[...issue.path, key].join('.')}`,
      expected: 'no field of this name',
      received: 'one',
    }));
  const value = issue.path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    content,
  );
  const field = issue.path.join('.') || 'the suite';
  return [{ field: `${place(issue.path)}, ${field}`, expected: issue.message, received: describeValue(value) }];
}

function invalid(file: string, errors: readonly FieldError[], cause?: unknown): AppError {
  return new AppError('INVALID_REQUEST', `The suite ${file} cannot be read.`, { errors, cause });
}
