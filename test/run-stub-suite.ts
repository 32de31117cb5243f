import { appendFileSync } from 'node:fs';
import { runStubSuite, stubAnswer, stubCases, stubSuite, stubTarget } from './stub-suite.ts';

/** A run in a process of its own, to be killed: folder, file that notes each question that is asked, number of cases, `resume` or not. */
const [out = '', asked = '', count = '0', resume = ''] = process.argv.slice(2);
const target = stubTarget({
  ask: async ({ question }) => {
    appendFileSync(asked, `${question}\n`);
    await new Promise<void>((resolve) => setImmediate(resolve));
    return stubAnswer(question.replace(/^What is (\d+)\?$/, 'It is $1.'));
  },
});
// One line for each answer that is noted as kept, so that who watches can kill at a given one.
await runStubSuite({
  ...{ out, target, cases: stubCases(Number(count)), repeats: 2, resume: resume === 'resume' },
  suite: stubSuite({ concurrency: 4 }),
  progress: { step: (label, done) => console.log(label, done), asking: ({ done }) => console.log('asking', done) },
});
