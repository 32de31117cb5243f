import { summarizeRun } from '../evals/engine/summarize-run.ts';
import { metricsNamed } from '../evals/metrics/registry.ts';
import { openRunFiles, readPlan } from '../evals/reports/read-run.ts';

/** Summarises the run of a folder in a process of its own, whose memory may be small; prints the number of cases. */
const [folder = ''] = process.argv.slice(2);
const plan = await readPlan(folder);
const summary = await summarizeRun({
  files: openRunFiles(folder),
  plan,
  metrics: metricsNamed([...plan.metrics.map(({ name }) => name), 'abstentionF1', 'aurc', 'paraphraseConsistency']),
  gates: ['fabricatedQuotes == 0'],
  baseline: null,
  named: [],
  maxErrorRate: 1,
  state: 'complete',
  calibration: null,
});
console.log(summary.cases);
