import { describe, expect, it } from 'vitest';
import { defaultMetrics, metricsNamed } from './registry.ts';

const names = (asked: readonly string[]) => metricsNamed(asked).map(({ name }) => name);

describe('metricsNamed', () => {
  it('gives each metric once, in the order that was asked for', () => {
    expect(names(['overRefusal', 'recall@3', 'overRefusal', 'latency:retrieve'])).toEqual([
      'overRefusal',
      'recall@3',
      'latency:retrieve',
    ]);
  });
  it('knows every default metric by its name and by its group', () => {
    for (const { name } of defaultMetrics) expect(names([name])).toEqual([name]);
    const groups = [...new Set(defaultMetrics.map(({ group }) => group))];
    expect(names(groups)).toHaveLength(defaultMetrics.length);
    expect(new Set(names(groups))).toEqual(new Set(defaultMetrics.map(({ name }) => name)));
  });
  it('makes the end-to-end form of what leaves refusals out', () => {
    expect(names(['checksEndToEnd', 'citationRecallEndToEnd'])).toEqual(['checksEndToEnd', 'citationRecallEndToEnd']);
    expect(() => metricsNamed(['overRefusalEndToEnd'])).toThrow();
  });
  it('says which there are where a name is none', () => {
    for (const name of ['', 'recall', 'recall@0', 'recall@x', 'toString@3', 'latency:', 'bleu'])
      expect(() => metricsNamed(['recall@5', name])).toThrow(
        expect.objectContaining({
          code: 'INVALID_REQUEST',
          errors: [{ field: 'metrics', expected: expect.stringContaining('recall@K'), received: name }],
        }),
      );
  });
});
