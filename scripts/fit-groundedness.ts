import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readGroundednessFile } from '../evals/readers/groundedness.ts';
import type { GroundednessFit } from '../src/chains/ground/groundedness-model.ts';
import { fitWeights } from './fit-groundedness/fit-weights.ts';
import { judgeSet } from './fit-groundedness/judge-set.ts';
import { type AnswerSet, readAnswerSet } from './fit-groundedness/read-answer-set.ts';

/**
 * Fits the groundedness model on the labelled answers in FOLDER (.jsonl or .jsonl.gz, as `eval groundedness` reads them) and writes
 * src/chains/ground/groundedness-fit.json, with the figures of each set by weights fitted on the others.
 * Usage: npm run fit:groundedness -- FOLDER [--check]; with --check nothing is written.
 */
const output = resolve(import.meta.dirname, '../src/chains/ground/groundedness-fit.json');
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
});
const [folder] = positionals;
if (!folder) throw new Error('Name the folder that holds the sets.');

const sets: AnswerSet[] = [];
const hashes: Record<string, string> = {};
for (const file of readdirSync(folder).filter((name) => /\.jsonl(?:\.gz)?$/.test(name))) {
  const path = join(folder, file);
  const name = file.replace(/\.jsonl(?:\.gz)?$/, '');
  hashes[name] = `sha256:${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
  sets.push(await readAnswerSet(name, await readGroundednessFile(path)));
  console.log(`read ${name}: ${sets.at(-1)?.answers.length} answers`);
}

const leftOut: GroundednessFit['leftOut'] = {};
for (const set of sets) {
  const figures = judgeSet(fitWeights(sets.filter((other) => other !== set)), set);
  leftOut[set.name] = figures;
  console.log(`${set.name}: ${JSON.stringify(figures)}`);
}
const weights = fitWeights(sets);
console.log(`weights: ${JSON.stringify(weights)}`);
const fit: GroundednessFit = { fittedAt: new Date().toISOString().slice(0, 10), sets: hashes, leftOut, ...weights };
if (!options.check) writeFileSync(output, `${JSON.stringify(fit, null, 2)}\n`);
