import { appendFileSync } from 'node:fs';
import { JudgeSettings } from '../evals/judge/judge-settings.ts';
import { judgedMetrics } from '../evals/judge/judged-metrics.ts';
import { openJudge } from '../evals/judge/open-judge.ts';
import { createVerdictCache } from '../evals/judge/verdict-cache.ts';
import { answerLength, rightAnswer, runStubSuite, stubAnswer, stubCases, stubSuite, stubTarget } from './stub-suite.ts';

/** A run in a process of its own, to be killed: folder, file that notes each question that is asked, number of cases, server of two judges, `resume` or not. */
const [out = '', asked = '', count = '0', judgeUrl = '', resume = ''] = process.argv.slice(2);
const target = stubTarget({
  ask: async ({ question }) => {
    appendFileSync(asked, `${question}\n`);
    await new Promise<void>((resolve) => setImmediate(resolve));
    return stubAnswer(question.replace(/^What is (\d+)\?$/, 'It is $1.'));
  },
});
const suite = stubSuite({ concurrency: 4, judge: JudgeSettings.parse({ models: ['one', 'other'] }) });
const panel = await openJudge(
  { model: null, server: { apiKey: 'k', baseUrl: judgeUrl }, keys: {} },
  { suite, cache: createVerdictCache(`${out}.verdicts`) },
);
const judged = panel ? judgedMetrics(panel).filter(({ name }) => name === 'judgeCorrect') : [];
// One line for each answer that is noted as kept, so that who watches can kill at a given one.
await runStubSuite({
  ...{ out, target, suite, cases: stubCases(Number(count)), repeats: 2, resume: resume === 'resume' },
  metrics: [rightAnswer, answerLength, ...judged],
  progress: { step: (label, done) => console.log(label, done), asking: ({ done }) => console.log('asking', done) },
});
