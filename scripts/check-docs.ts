import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const problems: string[] = [];

for (const file of markdownFiles(root)) {
  const text = readFileSync(file, 'utf8').replace(/```[\s\S]*?```/g, '');
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (!target || /^(https?:|mailto:|#)/.test(target)) continue;
    const path = resolve(dirname(file), target.replace(/#.*$/, ''));
    if (!existsSync(path)) problems.push(`${relative(root, file)}: ${target} does not exist`);
  }
}

for (const problem of problems) console.error(problem);
console.log(`docs: ${problems.length === 0 ? 'every link leads somewhere' : `${problems.length} broken`}`);
process.exitCode = problems.length === 0 ? 0 : 1;

function markdownFiles(folder: string): string[] {
  const skipped = new Set(['node_modules', '.git', 'data', 'datasets', 'fixtures']);
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (skipped.has(name)) return [];
    if (statSync(path).isDirectory()) return markdownFiles(path);
    return name.endsWith('.md') ? [path] : [];
  });
}
