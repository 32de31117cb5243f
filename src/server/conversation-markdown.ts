import type { Answer, Quote } from '../domain/answer.ts';
import { splitRow } from '../domain/markdown-row.ts';

/** A branch as a document: questions as headings, sentences with the numbers of their quotes, then the quotes with their places. */
export function conversationMarkdown(title: string, answers: readonly Answer[]): string {
  return `${[`# ${inline(title)}`, ...answers.map(turn)].join('\n\n')}\n`;
}

function turn(answer: Answer): string {
  const { question, createdAt, model, quotes } = answer;
  const parts = [`## ${inline(question)}`, `*${createdAt}, ${inline(model)}*`, body(answer), ...quotes.map(quoted)];
  return parts.filter((part) => part !== '').join('\n\n');
}

function body({ text, sentences, refusal, error, state }: Answer): string {
  const ends = {
    running: '*The answer was not finished.*',
    failed: inline(error?.detail ?? ''),
    finished: '',
    refused: '',
  };
  return [laidOut(text, sentences), refusal ? inline(refusal.message) : '', ends[state]]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The sentences with their numbers; lists, tables and listings keep the lines that they have in the answer's text. */
function laidOut(text: string, sentences: Answer['sentences']): string {
  let shown = '';
  let position = 0;
  for (const sentence of sentences) {
    const at = text.indexOf(sentence.text, position);
    const separator = text.slice(position, Math.max(at, position));
    if (at >= 0) position = at + sentence.text.length;
    shown += `${shown === '' ? '' : separator.includes('\n') ? separator : '\n'}${numbered(sentence)}`;
  }
  return shown;
}

function numbered({ text, citations }: Answer['sentences'][number]): string {
  const numbers = citations.map((number) => `[${number}]`).join('');
  const lines = text.split('\n');
  const fence = /^(`{3,}|~{3,})[\w+-]*$/.exec(lines[0] ?? '')?.[1];
  if (fence !== undefined && lines.length > 2 && lines.at(-1) === fence) return `${text}\n\n${numbers}`;
  if (!lines.every((line) => line.startsWith('|'))) return `${inline(text)} ${numbers}`;
  const rows = lines.map((line) => (/^[|:\s-]+$/.test(line) ? line : rowOf(line)));
  return [...rows.slice(0, -1), (rows.at(-1) ?? '').replace(/\s*\|$/, ` ${numbers} |`)].join('\n');
}

function rowOf(line: string): string {
  return `| ${splitRow(line)
    .map((cell) => inline(cell.replaceAll('\\|', '|').trim()))
    .join(' | ')} |`;
}

function quoted({ number, text, title, headingPath, page, version, start, end, uri, reviewed }: Quote): string {
  const lines = text.split('\n').map((line) => `> ${inline(line)}`);
  const place = [
    title,
    ...headingPath.filter((heading) => heading !== title),
    ...(page === null ? [] : [`page ${page}`]),
  ];
  const address = uri !== null && /^https?:\/\/[^\s<>]+$/i.test(uri) ? `, <${uri}>` : '';
  const range = `version ${version}, characters ${start}–${end}`;
  const sources = reviewed?.sources.map(({ title, version }) => `${inline(title)} (version ${version})`) ?? [];
  const review = reviewed ? [`> Reviewed answer, from ${sources.join(', ')}`] : [];
  return [`> **[${number}]**`, ...lines, '>', `> ${inline(place.join(' > '))}, ${range}${address}`, ...review].join(
    '\n',
  );
}

/** Text that stays text: marks that would make an image, a link, markup or a heading of it are escaped. */
function inline(text: string): string {
  return text.replace(/[\\`*_[\]<>#|~!]/g, (mark) => `\\${mark}`).replace(/\s*\n\s*/g, ' ');
}
