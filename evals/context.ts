import { AppError } from '../src/domain/errors.ts';
import { estimateMean } from '../src/retrieve/metrics/bootstrap.ts';
import type { AnswerCase, Excerpt } from './answers.ts';
import { fixedWindows } from './fixed-windows.ts';
import { spanRecall, type TextSpan } from './metrics/span-recall.ts';
import type { RetrievalReport } from './retrieval.ts';
import type { ContextTarget, CorpusRecord, Progress } from './target.ts';

const tokenBudget = 1500;
const baselineWords = 200;

export interface ContextFolder {
  /** The files that the excerpts point into. */
  readonly documents: string;
  readonly queries: readonly AnswerCase[];
}

interface CaseResult {
  readonly id: string;
  readonly recall: number | null;
  readonly baselineRecall: number | null;
  readonly error: string | null;
}

/**
 * How much of the gold excerpts stands in 1,500 tokens of packed context: once for the documents as the product cuts them, once for fixed windows
 * of 200 words, which are searched and ranked in the same way and packed whole. An excerpt counts by the copy that is held most where a document repeats it, and
 * as missed where the parsed text does not hold it.
 */
export async function evaluateContext(
  { target, baseline }: { target: ContextTarget; baseline: ContextTarget },
  { documents, queries }: ContextFolder,
  { limit, signal, progress }: { limit: number | null; signal: AbortSignal; progress: Progress },
): Promise<RetrievalReport> {
  await target.addFolder(documents, progress);
  await target.waitUntilEmbedded(progress);
  const texts = await target.texts();
  const windows = new Map(
    [...texts]
      .flatMap(([document, text]) => fixedWindows(document, text, baselineWords))
      .map((window, index) => [String(index), window]),
  );
  await baseline.addPassages(toRecords(windows, texts), progress);
  await baseline.waitUntilEmbedded(progress);

  const cases = queries.filter(({ excerpts }) => excerpts.length > 0).slice(0, limit ?? queries.length);
  const results: CaseResult[] = [];
  for (const { id, text, excerpts } of cases) {
    signal.throwIfAborted();
    const gold = excerpts.map((excerpt) => placesOf(excerpt, texts));
    const recallOf = (packed: readonly TextSpan[]) => spanRecall(bestCopies(gold, packed), packed);
    results.push(
      await measure(
        id,
        async () => ({
          recall: recallOf(await target.packContext(text, tokenBudget, signal)),
          baselineRecall: recallOf(placeIn(windows, await baseline.packWhole(text, tokenBudget, signal))),
        }),
        signal,
      ),
    );
    progress('searching', results.length, cases.length);
  }
  return summarize(
    results,
    cases.flatMap(({ excerpts }) => excerpts).filter((excerpt) => !isHeld(excerpt, texts)).length,
  );
}

async function measure(
  id: string,
  search: () => Promise<Pick<CaseResult, 'recall' | 'baselineRecall'>>,
  signal: AbortSignal,
): Promise<CaseResult> {
  try {
    return { id, ...(await search()), error: null };
  } catch (error) {
    signal.throwIfAborted();
    return { id, recall: null, baselineRecall: null, error: AppError.from(error).code };
  }
}

async function* toRecords(
  windows: ReadonlyMap<string, TextSpan>,
  texts: ReadonlyMap<string, string>,
): AsyncGenerator<CorpusRecord> {
  for (const [id, { document, start, end }] of windows)
    yield { id, title: '', text: (texts.get(document) ?? '').slice(start, end) };
}

/** Spans of windows as spans of the documents that they were cut from. */
function placeIn(windows: ReadonlyMap<string, TextSpan>, found: readonly TextSpan[]): TextSpan[] {
  return found.flatMap(({ document, start, end }) => {
    const window = windows.get(document);
    return window ? [{ document: window.document, start: window.start + start, end: window.start + end }] : [];
  });
}

/** Where the excerpt stands in the parsed text, the place nearest to its offsets first; a place of its own where it does not. */
function placesOf({ document, text, start }: Excerpt, texts: ReadonlyMap<string, string>): [TextSpan, ...TextSpan[]] {
  const content = texts.get(document) ?? '';
  const places: number[] = [];
  for (let at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + 1)) places.push(at);
  const [nearest, ...others] = places
    .sort((one, other) => Math.abs(one - start) - Math.abs(other - start))
    .map((at) => ({ document, start: at, end: at + text.length }));
  return nearest ? [nearest, ...others] : [{ document: `${document} (not held)`, start, end: start + text.length }];
}

/** A text that a document repeats is packed once: of each excerpt the copy that is held most counts. */
function bestCopies(gold: readonly [TextSpan, ...TextSpan[]][], packed: readonly TextSpan[]): TextSpan[] {
  return gold.map(([nearest, ...others]) => {
    const held = (copy: TextSpan) => spanRecall([copy], packed) ?? 0;
    return others.reduce((best, copy) => (held(copy) > held(best) ? copy : best), nearest);
  });
}

function isHeld({ document, text }: Excerpt, texts: ReadonlyMap<string, string>): boolean {
  return texts.get(document)?.includes(text) ?? false;
}

function summarize(results: readonly CaseResult[], excerptsNotHeld: number): RetrievalReport {
  const own = estimateMean(results.flatMap(({ recall }) => recall ?? []));
  const fixed = estimateMean(results.flatMap(({ baselineRecall }) => baselineRecall ?? []));
  return {
    questions: results.length,
    errors: results.filter(({ error }) => error !== null).length,
    excerptsNotHeld,
    'spanRecall@1500': own?.mean ?? null,
    'spanRecallFixedWindows@1500': fixed?.mean ?? null,
    intervals: {
      'spanRecall@1500': own && [own.lower, own.upper],
      'spanRecallFixedWindows@1500': fixed && [fixed.lower, fixed.upper],
    },
    cases: results,
  };
}
