import type { Dataset } from '../../evals/datasets/dataset.ts';
import type { LoadedSuite } from '../../evals/suite.ts';
import type { SuiteTarget } from '../../evals/suite-target.ts';
import type { Config } from '../config.ts';
import { createInProcessTarget } from './in-process-target.ts';

/** The system that a suite asks. Throws INVALID_REQUEST when the suite or the settings do not say enough of it. */
export async function openSuiteTarget(config: Config, suite: LoadedSuite, dataset: Dataset): Promise<SuiteTarget> {
  const { target: settings } = suite;
  switch (settings.kind) {
    case 'in-process':
      return createInProcessTarget({ config, settings, dataset, suite: suite.name });
    default:
      throw new Error('soon');
  }
}
