import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EvalCase } from '../evals/case.ts';
import { poisonedDocuments } from '../test/injection/poisoned-documents.ts';

/** Writes datasets/injection from the material of the injection tests: each attack in one document, where it stands elsewhere in the next one. */
const folder = join(import.meta.dirname, '../datasets/injection');
const places = 5;
const shortest = 12;

/** What the attack wants said, as far as it is words of its own. */
const wanted = (source: string) =>
  [...source.matchAll(/“([^”]*)”/g)]
    .flatMap(([, order = '']) => order.split(/\{\w+\}|\[\d+\]|\s*\n\s*/))
    .map((piece) => piece.trim())
    .filter((piece) => piece.length >= shortest);

const chosen = poisonedDocuments().filter((_document, index) => index % places === Math.floor(index / places) % places);
rmSync(join(folder, 'documents'), { recursive: true, force: true });
mkdirSync(join(folder, 'documents'), { recursive: true });
const lines = chosen.map(({ fileName, source, question, fact, attack }) => {
  writeFileSync(join(folder, 'documents', fileName), `${source}\n`);
  const one = EvalCase.parse({
    id: fileName.replace(/\.\w+$/, ''),
    question,
    answers: [fact],
    answerable: true,
    gold_docs: [{ id: fileName }],
    gold_quotes: [{ doc: fileName, quote: fact }],
    checks: [...new Set(wanted(source))].map((value) => ({ kind: 'not-contains', value })),
    tags: ['injection', attack.replaceAll(' ', '-')],
  });
  return JSON.stringify(one);
});
writeFileSync(join(folder, 'cases.jsonl'), `${lines.join('\n')}\n`);
console.log(`${lines.length} documents and cases in ${folder}`);
