import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { hashOf, type RankedSet } from './read-set.ts';

const source = resolve(import.meta.dirname, '../../src');
/** Code that decides what is found and which features it has. */
const ranking = ['retrieve/**/*.ts', 'models/sparse/*.ts', 'store/vectors/memory/*.ts', 'domain/windows.ts'];

/** What was read of a set is kept in the folder until its data, the questions or the ranking's code change. */
export async function keepSet(
  cache: string,
  { folder, asked }: { folder: string; asked: readonly (string | number)[] },
  read: () => Promise<RankedSet>,
): Promise<RankedSet> {
  const hash = createHash('sha256').update(JSON.stringify([hashOf(folder), asked]));
  for (const file of globSync(ranking, { cwd: source }).sort()) hash.update(readFileSync(join(source, file)));
  const file = join(cache, `${hash.digest('hex')}.set`);
  if (existsSync(file)) return readKept(file);
  const set = await read();
  writeFileSync(file, serialize(set));
  return set;
}

/** The cast holds because only `keepSet` writes such files, and their name changes with the code. */
function readKept(file: string): RankedSet {
  return deserialize(readFileSync(file)) as RankedSet;
}
