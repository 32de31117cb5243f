import { cellsOf } from '../../src/chains/evidence/compose-unit.ts';
import { splitUnits, type Unit } from '../../src/chains/evidence/split-units.ts';
import { tableHeaderOf } from '../../src/chains/evidence/table-header-of.ts';
import { plainText } from '../../src/chains/quotes/plain-text.ts';
import type { IndexedPassage } from './passage-index.ts';

export type FactKind = 'heading' | 'definition' | 'table' | 'procedure';

/** Something that a passage says, with a question that it answers. */
export interface Fact {
  readonly kind: FactKind;
  readonly passage: IndexedPassage;
  readonly question: string;
  readonly answer: string;
  /** Parts that an answer must have, where it has several. */
  readonly parts: readonly string[];
  /** Verbatim, apart from Markdown marks. */
  readonly quotes: readonly string[];
  /** What the question asks about, as it stands in it; null where nothing can be put in its place. */
  readonly subject: string | null;
  /** What it asks to know of it. */
  readonly attribute: string;
}

/** All facts of a passage that templates can ask for, in the order of the text. The templates are English. */
export function factsOf(passage: IndexedPassage): Fact[] {
  const units = splitUnits(passage.text, passage.headingPath).map((unit) => ({
    ...unit,
    text: plainText(passage.text.slice(unit.start, unit.end)).trim(),
    under: headingOf(unit.heading ?? passage.headingPath.at(-1) ?? ''),
  }));
  return [
    ...headingFacts(passage, units),
    ...units.flatMap((unit) => definitionFact(passage, unit)),
    ...units.flatMap((unit) => tableFacts(passage, unit)),
    ...procedureFacts(passage, units),
  ];
}

/** Without marks and without its number. */
function headingOf(heading: string): string {
  return plainText(heading).replace(/^(?:\d+(?:\.\d+)*\.?|[A-Z]\.)\s+/, '');
}

type ReadUnit = Unit & { readonly text: string; readonly under: string };

const fewestWords = 5;
const wordsOf = (text: string) => text.split(/\s+/).length;

/** The first sentence under each heading is what the heading asks for. */
function headingFacts(passage: IndexedPassage, units: readonly ReadUnit[]): Fact[] {
  const { title } = passage.document;
  const first = new Map<string, ReadUnit>();
  for (const unit of units) if (!first.has(unit.under)) first.set(unit.under, unit);
  return [...first].flatMap(([heading, { kind, text }]) => {
    const isSaid = kind === 'sentence' && wordsOf(text) >= fewestWords && !text.endsWith(':');
    if (!isSaid || heading === '' || heading === title || !passage.text.includes(heading)) return [];
    const question = headingQuestion(heading, title);
    return [
      {
        kind: 'heading',
        passage,
        question,
        answer: text,
        parts: [],
        quotes: [text],
        subject: null,
        attribute: heading,
      },
    ];
  });
}

function headingQuestion(heading: string, title: string): string {
  if (/[?？]$/.test(heading)) return heading;
  const how = /^how to (.+)$/i.exec(heading)?.[1];
  if (how !== undefined) return `How do I ${how}?`;
  return `What does “${title}” say about ${lowerFirst(heading)}?`;
}

const definition =
  /^(?<term>(?:(?:An?|The)\s)?[\p{L}\d][\p{L}\d'’-]*(?:\s[\p{L}\d][\p{L}\d'’-]*){0,4}?)\s(?<verb>is|are|means)\s(?<what>(?:an?|the(?! same)|one of)\s.+?)[.]?$/u;
const noTerm =
  /^(?:it|this|that|these|those|there|they|he|she|we|you|here|what|which|who|if|when|as|where|in|on|at|for|all|some|both|each|one|nothing|to)\b/i;

function definitionFact(passage: IndexedPassage, { kind, text }: ReadUnit): Fact[] {
  const { term, verb, what } = (kind === 'sentence' && definition.exec(text)?.groups) || {};
  if (!term || !what || noTerm.test(term) || wordsOf(what) < 3) return [];
  const subject = term.replace(/^(?:An?|The)\s/, '');
  // “The limit” alone could be any.
  if (/^The\s/.test(term) && /^\p{Ll}+$/u.test(subject)) return [];
  const named = /^(?:An?|The)\s/.test(term) ? lowerFirst(term) : term;
  const question = verb === 'means' ? `What does ${named} mean?` : `What ${verb} ${named}?`;
  return [{ kind: 'definition', passage, question, answer: what, parts: [], quotes: [text], subject, attribute: '' }];
}

const emptyCell = /^(?:[-–—]|n\/a)?$/i;
const longestLabel = 60;

/** Each cell of a row, asked for by the names of its row and its column. */
function tableFacts(passage: IndexedPassage, { kind, start, end }: ReadUnit): Fact[] {
  const { document, text } = passage;
  // A passage may begin within a table: its header stands in the document.
  const header = kind === 'row' ? tableHeaderOf(document.content, passage.start + start) : null;
  if (header === null) return [];
  const [corner = '', ...names] = cellsOf(header);
  const [label = '', ...cells] = cellsOf(text.slice(start, end));
  if (label === '' || label.length > longestLabel || cells.length !== names.length) return [];
  const quote = [label, ...cells].join(' | ');
  return cells.flatMap((cell, index) => {
    const name = names[index] ?? '';
    if (name === '' || emptyCell.test(cell)) return [];
    const question = cellQuestion({ name, label, corner, title: document.title });
    return [
      { kind: 'table', passage, question, answer: cell, parts: [], quotes: [quote], subject: label, attribute: name },
    ];
  });
}

const askingName = /^(?:what|who|which)\s+(?:is|are|was|were|can|may|must|happens|applies|counts|changes)\b/i;

function cellQuestion({ name, label, corner, title }: Record<'name' | 'label' | 'corner' | 'title', string>): string {
  const row = corner === '' ? `“${label}”` : `${lowerFirst(corner)} “${label}”`;
  if (askingName.test(name)) return `${name.replace(/\?$/, '')} for ${row}?`;
  return `In “${title}”, what is “${name}” for ${row}?`;
}

/** The steps of a list, all together and one after the other. */
function procedureFacts(passage: IndexedPassage, units: readonly ReadUnit[]): Fact[] {
  const lists = Map.groupBy(
    units.filter(({ isStep }) => isStep),
    ({ block }) => block,
  );
  return [...lists.values()].flatMap((list) => {
    const steps = list.map(({ text }) => text.replace(/^\d{1,3}[.)]\s+/, ''));
    const heading = list[0]?.under ?? '';
    if (steps.length < 2 || heading === '') return [];
    const common = { kind: 'procedure', passage, subject: null, attribute: heading } as const;
    const whole = {
      ...common,
      question: stepsQuestion(heading, passage.document.title),
      answer: steps.join(' '),
      parts: steps,
      quotes: steps,
    };
    const second = steps[1] ?? '';
    const question = `In “${passage.document.title}”, under “${heading}”, what comes right after the first step?`;
    return [whole, { ...common, question, answer: second, parts: [], quotes: [second] }];
  });
}

function stepsQuestion(heading: string, title: string): string {
  const how = /^how to (.+)$/i.exec(heading)?.[1];
  return how === undefined ? `What are the steps under “${heading}” in “${title}”?` : `What are the steps to ${how}?`;
}

/** Unless the first word is written in capitals or has a digit. */
export function lowerFirst(text: string): string {
  return /^\p{Lu}(?:\p{Ll}|\s)/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
