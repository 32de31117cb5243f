import { type Command, Option } from 'commander';
import { ask } from './ask.ts';
import type { WithClient } from './invocation.ts';
import { collectPair, collectText, parseCount, parseJson } from './option-values.ts';
import { replay } from './replay.ts';
import { search } from './search.ts';

export function addAsking(program: Command, withClient: WithClient): void {
  withFilter(program.command('ask'))
    .description('ask a question; exits with 4 when it is refused')
    .argument('<question>')
    .option('--events', 'print the event stream as JSON lines', false)
    .option('--conversation <id>', 'continue this conversation')
    .option('--no-expand', 'search for these words only')
    .addOption(new Option('--mode <mode>', 'what happens to unsupported sentences').choices(['strict', 'lenient']))
    .action(
      async (question: string, options) => await withClient(async (context) => await ask(context, question, options)),
    );
  program
    .command('replay')
    .description(
      'ask again, of the same versions of the sources, and print what differs; exits with 1 when something does',
    )
    .argument('<answer>', 'id of an answer')
    .action(async (id: string) => await withClient(async (context) => await replay(context, id)));
  withFilter(program.command('search'))
    .description('find passages; the ranking that answers use')
    .argument('<query>')
    .option('--limit <count>', 'passages', parseCount, 10)
    .option('--explain', 'show the score of each step, matched terms, best sentence and times', false)
    .option(
      '--why <document>',
      'say at which step that document fell out; its id or the beginning of it, its external id, address or title',
    )
    .option('--as-grant <entry...>', 'search as a reader with these access-list entries (administrators)')
    .option('--no-expand', 'search for these words only')
    .option('--tokens <count>', 'pack the passages under this token budget, as for an answer', parseCount)
    .action(
      async (query: string, options) => await withClient(async (context) => await search(context, query, options)),
    );
}

/** The options by which a command looks at some documents only. */
function withFilter(command: Command): Command {
  return command
    .option('--filter <json>', 'only documents that match, as in the API', parseJson)
    .option('--source <name>', 'only documents of this source; repeatable', collectText, [])
    .option('--tag <key=value>', 'only documents with this tag; repeatable', collectPair, {});
}
