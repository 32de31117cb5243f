import { join } from 'node:path';
import type { Command } from 'commander';
import type { Invocation } from './invocation.ts';
import { parseCount } from './option-values.ts';
import { formatTable } from './output.ts';

/** `eval cache`: what is kept of earlier runs. */
export function addCache(evals: Command, invocation: () => Invocation): void {
  const cache = evals.command('cache').description('answers, scores and verdicts that are kept of earlier runs');
  const upkeep = () => import('../../evals/engine/cache-upkeep.ts');
  cache
    .command('ls')
    .description('what they take')
    .action(async () => {
      const { output, config } = invocation();
      const folders = foldersOf(config.dataDir);
      const kinds = await (await upkeep()).listKept(folders);
      output.result({ folders, kinds }, () => {
        const rows = kinds.map(({ kind, entries, bytes, oldest }) => [
          kind,
          `${entries}`,
          megabytes(bytes),
          oldest ?? '–',
        ]);
        const next = kinds.every(({ entries }) => entries === 0)
          ? '\n\nNothing is kept yet: `footnote eval run` does.'
          : '';
        return `${formatTable(['kept', 'number', 'MB', 'oldest'], rows)}${next}`;
      });
    });
  cache
    .command('gc')
    .description('remove what was left long ago; it is asked again where a run needs it')
    .option('--days <count>', 'so many days ago, or earlier', parseCount, 30)
    .action(async ({ days }: { readonly days: number }) => {
      const { output, config } = invocation();
      const removed = await (await upkeep()).removeKept(foldersOf(config.dataDir), days);
      output.result(removed, ({ answers, scores, verdicts }) => {
        return `Removed ${answers} answers, ${scores} scores and ${verdicts} verdicts.`;
      });
    });
}

const foldersOf = (dataDir: string) => ({
  results: join(dataDir, 'evals', 'cache'),
  verdicts: join(dataDir, 'evals', 'verdicts'),
});

const megabytes = (bytes: number) => (bytes / 1_000_000).toFixed(1);
