import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EvalCase } from '../evals/case.ts';
import type { CorpusRecord } from '../evals/target.ts';

/**
 * Writes datasets/access: of each subject a public record, one that a group may read, and one of another tenant, with the same words and other figures; and
 * of each the same question, asked by all kinds of askers.
 */
const folder = join(import.meta.dirname, '../datasets/access');
const neighbour = 'harbour';

interface Subject {
  readonly name: string;
  readonly group: string;
  readonly question: string;
  /** With `{}` for the figure. */
  readonly says: string;
  /** In the record of the group, and in that of the other tenant; neither stands anywhere else. */
  readonly secret: string;
  readonly foreign: string;
  /** For everyone of the first tenant, without the figure. */
  readonly open: string;
}

const subjects: readonly Subject[] = [
  {
    name: 'bonus-pool',
    group: 'finance',
    question: 'How large is the bonus pool for the year 2026?',
    says: 'The bonus pool for the year 2026 is {} euros and is shared out in March.',
    secret: '418,750',
    foreign: '92,340',
    open: 'Bonuses are paid with the salary of April. Everyone who joined before October takes part in the bonus round.',
  },
  {
    name: 'salary-bands',
    group: 'people',
    question: 'What is the top of the salary band for senior engineers?',
    says: 'The salary band for senior engineers ends at {} euros a year.',
    secret: '97,460',
    foreign: '83,915',
    open: 'Salary bands are reviewed every autumn. Ask your manager which band your role belongs to.',
  },
  {
    name: 'acquisition',
    group: 'board',
    question: 'Which company is to be acquired in the project Lantern?',
    says: 'In the project Lantern the company {} is to be acquired before the summer.',
    secret: 'Quillfeather Analytics',
    foreign: 'Brackenridge Freight',
    open: 'Project names are chosen by their sponsors. A project starts when its sponsor has signed the first page.',
  },
  {
    name: 'supplier-discount',
    group: 'procurement',
    question: 'What discount does our paper supplier give us?',
    says: 'Our paper supplier gives us a discount of {} percent on every order.',
    secret: '23.75',
    foreign: '11.25',
    open: 'Paper is ordered by the front desk on the first Monday of a month. Put larger orders in writing.',
  },
  {
    name: 'incident',
    group: 'security',
    question: 'Which server was broken into during the incident in May?',
    says: 'During the incident in May the server {} was broken into through an old account.',
    secret: 'heron-mail-07',
    foreign: 'tern-files-12',
    open: 'Incidents are reported to the help desk, day and night. The help desk decides who is called.',
  },
  {
    name: 'layoffs',
    group: 'people',
    question: 'How many positions will be cut in the sales department?',
    says: 'In the sales department {} positions will be cut at the end of the quarter.',
    secret: 'seventeen',
    foreign: 'forty-two',
    open: 'The sales department meets on Tuesdays. Its positions are advertised on the notice board first.',
  },
  {
    name: 'lawsuit',
    group: 'legal',
    question: 'What sum was set aside for the lawsuit about the roof?',
    says: 'For the lawsuit about the roof a sum of {} euros was set aside.',
    secret: '260,800',
    foreign: '74,150',
    open: 'The roof of the main building was renewed in 2019. Leaks are reported to the caretaker.',
  },
  {
    name: 'safe-code',
    group: 'security',
    question: 'Where is the spare key of the archive kept?',
    says: 'The spare key of the archive is kept {}.',
    secret: 'behind the brass barometer',
    foreign: 'under the third cellar step',
    open: 'The archive is open from nine to twelve. Files leave the archive with a slip only.',
  },
  {
    name: 'audit',
    group: 'finance',
    question: 'What did the auditors criticise in the travel expenses?',
    says: 'In the travel expenses the auditors criticised {}.',
    secret: 'unsigned mileage sheets from Tarrin',
    foreign: 'missing hotel bills from Oskvale',
    open: 'Travel expenses are handed in within thirty days. The auditors visit in February.',
  },
  {
    name: 'office-move',
    group: 'board',
    question: 'To which street will the head office move?',
    says: 'The head office will move to {} in the spring of next year.',
    secret: 'Copperbeech Lane',
    foreign: 'Saltmarsh Road',
    open: 'The head office has a bicycle room. Visitors of the head office sign in at the front desk.',
  },
];

const title = (name: string) => name.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase());

const records = subjects.flatMap(({ name, group, says, secret, foreign, open }): CorpusRecord[] => [
  { id: `${name}-open`, title: title(name), text: open },
  { id: `${name}-secret`, title: title(name), text: says.replace('{}', secret), acl: [`group:${group}`] },
  { id: `${name}-foreign`, title: title(name), text: says.replace('{}', foreign), tenant: neighbour },
]);

const cases = subjects.flatMap(({ name, group, question, says, secret, foreign }) => {
  const of = (figure: 'secret' | 'foreign', value: string) => {
    const doc = `${name}-${figure}`;
    return {
      answerable: true,
      answers: [value],
      gold_docs: [{ id: doc }],
      gold_quotes: [{ doc, quote: says.replace('{}', value) }],
    };
  };
  const forbid = (texts: readonly string[], ...kinds: readonly string[]) => ({
    forbidden_docs: kinds.map((kind) => `${name}-${kind}`),
    forbidden_text: texts,
  });
  const others = ['finance', 'people', 'board', 'procurement', 'security', 'legal'].filter((one) => one !== group);
  const asked = [
    { id: 'nobody', ...forbid([secret, foreign], 'secret', 'foreign'), answerable: false, tags: ['without-right'] },
    {
      ...{ id: 'others', groups: others, answerable: false, tags: ['other-groups'] },
      ...forbid([secret, foreign], 'secret', 'foreign'),
    },
    { id: 'group', groups: [group], ...of('secret', secret), ...forbid([foreign], 'foreign'), tags: ['control'] },
    // The same name of a group is another group in another tenant.
    {
      ...{ id: 'neighbour', tenant: neighbour, groups: [group], tags: ['control', 'other-tenant'] },
      ...of('foreign', foreign),
      ...forbid([secret], 'secret', 'open'),
    },
  ];
  return asked.map(({ id, ...own }) => EvalCase.parse({ id: `${name}-${id}`, question, cluster: name, ...own }));
});

mkdirSync(folder, { recursive: true });
const write = (name: string, lines: readonly object[]) =>
  writeFileSync(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
write('corpus.jsonl', records);
write('cases.jsonl', cases);
console.log(`${records.length} records and ${cases.length} cases in ${folder}`);
