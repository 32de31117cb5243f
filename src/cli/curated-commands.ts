import { type Command, Option } from 'commander';
import { curatedStates } from '../domain/curated-answer.ts';
import { addCurated, changeCurated, confirmCurated, listCurated, removeCurated, showCurated } from './curated.ts';
import type { WithClient } from './invocation.ts';
import { collectText } from './option-values.ts';

export function addCuratedAnswers(program: Command, withClient: WithClient): void {
  const curated = program.command('curated').description('reviewed answers to questions, given word for word');
  const withContent = (command: Command) =>
    command
      .option('--variant <question>', 'another wording of the question; repeatable', collectText, [])
      .option('--answer <markdown>', 'the answer')
      .option('--answer-file <file>', 'the answer, from a file')
      .option('--document <id>', 'a document that proves it; repeatable', collectText, [])
      .option('--valid-until <time>', 'a day or a time from which on it needs review');
  curated
    .command('list')
    .description('list them, newest first')
    .addOption(new Option('--state <state>').choices(curatedStates))
    .option('--limit <count>', 'answers a page', '50')
    .option('--cursor <cursor>', 'the next page')
    .action(async (options) => await withClient(async (context) => await listCurated(context, options)));
  curated
    .command('show')
    .description('show one, and why it needs review')
    .argument('<id>')
    .action(async (id: string) => await withClient(async (context) => await showCurated(context, id)));
  withContent(curated.command('add').description('add one').argument('<question>')).action(
    async (question: string, options) =>
      await withClient(async (context) => await addCurated(context, question, options)),
  );
  withContent(curated.command('change').description('change one; what is left out stays').argument('<id>'))
    .option('--question <question>', 'the question')
    .action(
      async (id: string, options) => await withClient(async (context) => await changeCurated(context, id, options)),
    );
  curated
    .command('confirm')
    .description('say that it still holds, against its sources as they are now')
    .argument('<id>')
    .option('--valid-until <time>', 'a day or a time from which on it needs review; null: none')
    .action(
      async (id: string, options) => await withClient(async (context) => await confirmCurated(context, id, options)),
    );
  curated
    .command('remove')
    .description('remove some')
    .argument('<id...>')
    .action(async (ids: string[]) => await withClient(async (context) => await removeCurated(context, ids)));
}
