import { alignPieces, foldQuote } from '../../src/chains/quotes/align-pieces.ts';
import type { Random } from '../../src/domain/random.ts';
import { type Span, splitSentences } from '../../src/domain/sentences.ts';
import { alterations } from './alterations.ts';
import { letters, plainWords, type Source, type Trial } from './trials.ts';

/** Two pieces of one text, in its order. */
interface Join {
  readonly source: Source;
  readonly before: string;
  readonly after: string;
  readonly gap: string;
}

const attempts = 200;
const pieceWords = 5;
const mostLeftOut = 4;
const longestSentenceGap = 500;
/** The turning words that this test knows of; written down apart from those of the verifier. */
const turning =
  /\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|only|unless|except|until|if|when|but|while|although|rarely|hardly)\b|n['’]t\b/i;
const plainGap = /^\s(?:\p{Ll}+\s)+$/u;
const marks = ['…', '...', '[…]', '(...)'];

/** A quote that leaves out what it may: some plain words of one sentence, or whole sentences. Null where the texts offer no place. */
export function tryJoined(sources: readonly Source[], random: Random): Trial | null {
  const kind = random.pick(['ellipsis-words', 'ellipsis-sentences']);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const source = random.pick(sources);
    const join = kind === 'ellipsis-words' ? joinWords(source, random) : joinSentences(source, random);
    if (!join || (kind === 'ellipsis-words' && !isPlain(join))) continue;
    const quote = write(join.before, join.after, random);
    const spans = alignPieces(foldQuote(quote), source.text);
    const found = spans?.map(({ start, end }) => source.text.original.slice(start, end)).join('');
    const isFound = found !== undefined && letters(found) === letters(join.before + join.after);
    return { kind, quote, original: join.before + join.gap + join.after, isWrong: !isFound };
  }
  return null;
}

type Corruption = (join: Join, sources: readonly Source[], random: Random) => readonly [string, string] | null;

/** Ways in which a quote with an ellipsis says what the text does not. */
const corruptions: Readonly<Record<string, Corruption>> = {
  'ellipsis-order': ({ before, after }) => [after, before],
  'ellipsis-two-sources': ({ before, source }, sources, random) => {
    const other = random.pick(sources);
    const foreign = other === source ? null : joinWords(other, random);
    return foreign && [before, foreign.after];
  },
  'ellipsis-turned': ({ before, after, gap }) => (turning.test(gap) ? [before, after] : null),
  'ellipsis-altered': ({ before, after }, _sources, random) => {
    const kind = random.pick(alterations);
    const isFirst = random.next() < 0.5;
    const piece = isFirst ? before : after;
    const altered = kind.alter(piece, random);
    if (altered === null || plainWords(altered) === plainWords(piece)) return null;
    return isFirst ? [altered, after] : [before, altered];
  },
};

/** A quote with an ellipsis that must be refused in every text. Null where the texts offer no place for the kind that was drawn. */
export function tryWronglyJoined(sources: readonly Source[], random: Random): Trial | null {
  const kind = random.pick(Object.keys(corruptions));
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const join = joinWords(random.pick(sources), random);
    if (!join || !isOnce(join.before, join.source) || !isOnce(join.after, join.source)) continue;
    const pieces = corruptions[kind]?.(join, sources, random);
    if (!pieces || (kind !== 'ellipsis-turned' && sources.some((source) => standInOrder(pieces, source)))) continue;
    const quote = write(...pieces, random);
    const isFound = sources.some((source) => alignPieces(foldQuote(quote), source.text) !== null);
    return { kind, quote, original: join.before + join.gap + join.after, isWrong: isFound };
  }
  return null;
}

/** Two runs of five words of one sentence, with one to four words between them. */
function joinWords(source: Source, random: Random): Join | null {
  const left = random.integer(1, mostLeftOut);
  const first = random.integer(0, Math.max(0, source.words.length - 2 * pieceWords - left));
  const place = (index: number) => source.words[first + index];
  const join = cut(source, [
    place(0),
    place(pieceWords - 1),
    place(pieceWords + left),
    place(2 * pieceWords + left - 1),
  ]);
  return join && !/[.!?:;|\n]/.test(join.before + join.gap + join.after) ? join : null;
}

/** A sentence, and one behind the next. */
function joinSentences(source: Source, random: Random): Join | null {
  const { original } = source.text;
  const paragraphs = [...original.matchAll(/(?:^|\n\n)(\p{Lu}[^\n#|>`*_[]+)(?=\n\n|$)/gu)];
  if (paragraphs.length === 0) return null;
  const paragraph = random.pick(paragraphs);
  const from = paragraph.index + paragraph[0].length - (paragraph[1]?.length ?? 0);
  const sentences = splitSentences(paragraph[1] ?? '').map(({ start, end }) => ({
    start: from + start,
    end: from + end,
  }));
  if (sentences.length < 3) return null;
  const first = random.integer(0, sentences.length - 3);
  const join = cut(source, [sentences[first], sentences[first], sentences[first + 2], sentences[first + 2]]);
  return join && join.gap.length <= longestSentenceGap ? join : null;
}

/** The pieces from the first place to the second, and from the third to the fourth. */
function cut(source: Source, [from, to, resume, end]: readonly (Span | undefined)[]): Join | null {
  if (!from || !to || !resume || !end) return null;
  const { original } = source.text;
  return {
    source,
    before: original.slice(from.start, to.end),
    after: original.slice(resume.start, end.end),
    gap: original.slice(to.end, resume.start),
  };
}

function isPlain({ before, gap, after }: Join): boolean {
  return plainGap.test(gap) && !turning.test(gap) && !/\d\W*$/.test(before) && !/^\W*\d/.test(after);
}

function isOnce(piece: string, { plain }: Source): boolean {
  return ` ${plain} `.split(` ${plainWords(piece)} `).length === 2;
}

function standInOrder([first, second]: readonly [string, string], { plain }: Source): boolean {
  const text = ` ${plain} `;
  const at = text.indexOf(` ${plainWords(first)} `);
  return at >= 0 && text.indexOf(` ${plainWords(second)} `, at + 1) > at;
}

function write(before: string, after: string, random: Random): string {
  return `${before} ${random.pick(marks)} ${after}`;
}
