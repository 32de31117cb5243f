import type { Answer, Quote } from '../domain/answer.ts';

/** A branch as a document: questions as headings, sentences with the numbers of their quotes, then the quotes with their places. */
export function conversationMarkdown(title: string, answers: readonly Answer[]): string {
  return `${[`# ${inline(title)}`, ...answers.map(turn)].join('\n\n')}\n`;
}

function turn(answer: Answer): string {
  const { question, createdAt, model, quotes } = answer;
  const parts = [`## ${inline(question)}`, `*${createdAt}, ${inline(model)}*`, body(answer), ...quotes.map(quoted)];
  return parts.filter((part) => part !== '').join('\n\n');
}

function body({ sentences, refusal, error, state }: Answer): string {
  const shown = sentences.map(({ text, citations }) => `${inline(text)} ${citations.map((n) => `[${n}]`).join('')}`);
  const ends = {
    running: '*The answer was not finished.*',
    failed: inline(error?.detail ?? ''),
    finished: '',
    refused: '',
  };
  return [shown.join('\n'), refusal ? inline(refusal.message) : '', ends[state]]
    .filter((part) => part !== '')
    .join('\n\n');
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
