import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Metric, metricGroups } from '../metric.ts';
import { defaultMetrics } from './registry.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/guide/eval-metrics.md'), 'utf8');

const ranges = { share: '0 to 1', count: '0 and up', milliseconds: 'ms', tokens: 'tokens', dollars: 'US dollars' };

/** What the page must say of a metric: one row for a family, with K for its number. */
function rowOf({ name, description, unit, better }: Metric): string {
  const [, number = '', stage = ''] = /@(\d+)$|:(\w+)$/.exec(name) ?? [];
  const asFamily = (text: string) => (number ? text.replaceAll(new RegExp(`\\b${number}\\b`, 'g'), 'K') : text);
  const shown = stage ? ['latency:STAGE', 'Time of STAGE'] : [asFamily(name), asFamily(description)];
  const range = name === 'coverageAdjusted' ? '-1 to 1' : ranges[unit];
  return [`\`${shown[0]}\``, shown[1], range, better === 'none' ? '' : better].join(' | ');
}

it('says of every metric what the registry does, once, under its group (docs/guide/eval-metrics.md)', () => {
  for (const group of metricGroups) {
    const rows = defaultMetrics.filter((metric) => metric.group === group).map(rowOf);
    const section = page.split(`## ${group}\n`)[1]?.split('\n## ')[0] ?? '';
    const found = section
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, name, says, , range, better]) => [name, says, range, better].join(' | '));
    expect(found, group).toEqual([...new Set(rows)]);
  }
});
