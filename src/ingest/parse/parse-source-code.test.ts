import { describe, expect, it } from 'vitest';
import { shownBlocks } from './fixtures/shown-blocks.ts';
import { parseSourceCode } from './parse-source-code.ts';

describe('parseSourceCode', () => {
  it('keeps a function whole with its comment, blank lines inside it included', () => {
    const source = '\nimport x\n\n# Adds.\ndef add(a, b):\n\n    return a + b\n\n\ndef next():\n    pass\n}\n';
    const parsed = parseSourceCode(source, 'a.py');
    expect(parsed.text).toBe(source);
    expect(shownBlocks(parsed).map(([, text]) => text)).toEqual([
      'import x',
      '# Adds.\ndef add(a, b):\n\n    return a + b',
      'def next():\n    pass\n}',
    ]);
  });
});
