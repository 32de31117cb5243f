import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readAlce } from './labelled/alce.ts';
import { beginColumns, readBegin } from './labelled/begin.ts';
import { faithbenchColumns, readFaithbench } from './labelled/faithbench.ts';
import type { GroundednessCase, ReadLabelled } from './labelled/labelled-answer.ts';
import { readMtrag } from './labelled/mtrag.ts';
import { readPlain } from './labelled/plain.ts';
import { ragtruthFiles, readRagtruth } from './labelled/ragtruth.ts';
import { raise } from './problem.ts';
import { kindOf, readTable, readTree } from './records.ts';

export type { GroundednessCase };

/**
 * Reads labelled answers: our lines, .jsonl or .jsonl.gz, or the files of RAGTruth, MTRAG, FaithBench, BEGIN and ALCE, told by their names and
 * fields. Throws INVALID_REQUEST naming file, line and field, also for a file without answers.
 */
export async function readGroundednessFile(path: string): Promise<GroundednessCase[]> {
  const read = await readerOf(path);
  const cases = await Array.fromAsync(read(path));
  if (cases.length === 0)
    raise({ file: path, line: null, field: 'file', expected: 'at least one labelled answer', received: 'none' });
  return cases;
}

async function readerOf(path: string): Promise<ReadLabelled> {
  const isFolder = await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
  if (isFolder ? existsSync(join(path, ragtruthFiles.responses)) : basename(path) === ragtruthFiles.responses)
    return readRagtruth;
  const kind = kindOf(path);
  if (isFolder || kind === 'lines') return readPlain;
  const names = kind === 'table' ? await columnsOf(path) : await fieldsOf(path);
  const has = (...wanted: readonly string[]) => wanted.every((name) => names.includes(name));
  if (has(...beginColumns)) return readBegin;
  if (has(...faithbenchColumns) || has('samples')) return readFaithbench;
  if (has('tasks', 'evaluations')) return readMtrag;
  if (kind === 'tree' && names.length > 0) return readAlce;
  const expected = 'answers with context, response and label, or a set that is known by its fields';
  raise({ file: path, line: 1, field: 'file', expected, received: names.join(', ') || 'no fields' });
}

async function columnsOf(file: string): Promise<string[]> {
  for await (const { value } of readTable(file)) return Object.keys(value);
  return [];
}

async function fieldsOf(file: string): Promise<string[]> {
  const { root } = await readTree(file);
  return root !== null && typeof root === 'object' && !Array.isArray(root) ? Object.keys(root) : [];
}
