import { describe, expect, it } from 'vitest';
import { cutWindows } from './cut-windows.ts';

const long = (name: string) => `${name} ${'word '.repeat(40)}end.`;

describe('cutWindows', () => {
  it('puts the header of the whole before each window and counts places from the end', () => {
    const body = `${long('One')} ${long('Two')}`;
    const text = `Guide > Setup\n${body}`;
    const windows = cutWindows({ title: 'Guide', headingPath: ['Setup'], text });
    expect(windows.map((window) => window.text)).toEqual([
      `Guide > Setup\n${long('One')}`,
      `Guide > Setup\n${long('Two')}`,
    ]);
    expect(
      windows.map(({ startFromEnd, endFromEnd }) => text.slice(text.length - startFromEnd, text.length - endFromEnd)),
    ).toEqual([long('One'), long('Two')]);
  });

  it('takes a text without a header as it is', () => {
    const text = `${long('One')} ${long('Two')}`;
    expect(cutWindows({ title: '', headingPath: [], text }).map((window) => window.text)).toEqual([
      long('One'),
      long('Two'),
    ]);
  });

  it('makes none of a text that is one window', () => {
    expect(cutWindows({ title: 'Guide', headingPath: [], text: 'Guide\nShort. And to the point.' })).toEqual([]);
  });
});
