import { type CasePlace, type FailedCase, findFailedCases } from './failed-cases.ts';
import type { Run } from './read-run.ts';

/** SARIF 2.1.0: a rule for each gate and each error code, a result for each case that broke one, at its line. */
export async function sarifReport(run: Run, places: ReadonlyMap<string, CasePlace>): Promise<string> {
  const failed = await findFailedCases(run, places);
  const rules = [...new Set(failed.map(({ rule }) => rule))];
  const results = failed.map((each) => ({
    ruleId: each.rule,
    ruleIndex: rules.indexOf(each.rule),
    level: 'error',
    message: { text: each.message },
    locations: [locationOf(each)],
    partialFingerprints: { caseAndRule: `${each.asked.id}/${each.rule}` },
  }));
  const ofTheRun = run.summary.gates.filter(({ passed, cases }) => !passed && cases.length === 0);
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Footnote',
            rules: rules.map((id) => ({ id, shortDescription: { text: `${id} in ${run.summary.suite}` } })),
          },
        },
        automationDetails: { id: `${run.summary.suite}/${run.plan.id}` },
        invocations: [
          {
            executionSuccessful: run.summary.state === 'complete',
            toolExecutionNotifications: ofTheRun.map(({ gate, detail }) => ({
              level: 'error',
              message: { text: `${gate}: ${detail}` },
            })),
          },
        ],
        results,
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function locationOf({ file, line }: FailedCase) {
  const uri = file.split('/').map(encodeURIComponent).join('/');
  return { physicalLocation: { artifactLocation: { uri }, region: { startLine: line } } };
}
