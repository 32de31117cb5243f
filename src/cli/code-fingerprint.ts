import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
/** What an answer comes about by: code, prompts, fitted weights. */
const sources = 'src/{chains,domain,ingest,models,retrieve,store}/**/*.{ts,js,json,md,sql,wasm,txt}';
const largeFile = 4_000_000;

/** SHA-256 over the files of this package that decide an answer; of the large ones, which are model weights, over name and size. */
export function codeFingerprint(): string {
  const hash = createHash('sha256');
  const files = [...globSync(sources, { cwd: root }), ...globSync('models/**/*.*', { cwd: root })];
  for (const file of files.filter((name) => !/\.test\.\w+$/.test(name)).sort()) {
    const path = join(root, file);
    const { size } = statSync(path);
    hash.update(`${file.replaceAll('\\', '/')} ${size}\n`);
    if (size <= largeFile) hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}
