import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze } from './analyze.ts';

const terms = (text: string, language?: string) => analyze(text, language).map((term) => term.text);

describe('analyze', () => {
  it('stems words and drops English stop words', () => {
    expect(terms('The refunds were processed by the billing teams')).toEqual([
      'refund',
      'were',
      'process',
      'bill',
      'team',
    ]);
  });

  it.each([
    ['ERR_CONN-42', ['err_conn-42', 'err', 'conn', '42']],
    ['KS-1042', ['ks-1042', 'ks', '1042']],
    ['KS1042', ['ks1042', 'ks', '1042']],
    ['getUserById', ['getuserbyid', 'get', 'user', 'id']],
    ['HTTPServer', ['httpserver', 'http', 'server']],
    ['v2.3.1', ['v2.3.1', '2.3.1', 'v2', '3', '1']],
    ['report.pdf', ['report.pdf', 'report', 'pdf']],
    ['C++ and C#', ['c++', 'c#']],
    ['U.S.A.', ['usa']],
    ['1,000,000.50', ['1000000.50']],
    ['3.14', ['3.14']],
    ['log-in', ['login', 'log']],
  ])('keeps %s whole and gives its parts', (text, expected) => {
    expect(terms(text, 'en')).toEqual(expected);
  });

  it('treats spellings of one word alike', () => {
    expect(terms('Beyoncé’s ﬁle', 'en')).toEqual(terms("BEYONCE file's", 'en'));
    expect(terms('soft\u00adware ２０', 'en')).toEqual(terms('software 20', 'en'));
    expect(terms('cafe\u0301', 'fr')).toEqual(terms('café', 'fr'));
  });

  it('tells the language of a text and stems by it', () => {
    expect(terms('Wie werden die Verteidigungen gespielt?')).toContain('verteid');
    expect(terms('Кто был первым президентом?')).toContain('президент');
    expect(terms("L'homme est dans les maisons", 'fr-CA')).toEqual(['homm', 'est', 'dan', 'le', 'maison']);
  });

  it('cuts Chinese, Japanese and Korean into pairs', () => {
    expect(terms('黑豹队A4纸')).toEqual(['黑豹', '豹队', 'a4', '纸']);
  });

  it('cuts words of scripts without a stemmer into every four letters', () => {
    expect(terms('نقطة البانثرز')).toEqual(['نقطة', 'البا', 'لبان', 'بانث', 'انثر', 'نثرز']);
  });

  it('cuts sentences that are written without spaces', () => {
    const sentence = 'ภาษาไทยเขียนติดกันโดยไม่เว้นวรรคระหว่างคำ'.repeat(3);
    expect(terms(sentence)).toContain('ภาษา');
    expect(terms(sentence).length).toBeGreaterThan(20);
  });

  it('finds nothing in a text without words', () => {
    expect(terms('?! … \u0000 —')).toEqual([]);
  });

  it('points each term at characters of the text, in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const term of analyze(text)) {
          expect(term.start).toBeGreaterThanOrEqual(0);
          expect(term.end).toBeGreaterThan(term.start);
          expect(term.end).toBeLessThanOrEqual(text.length);
        }
      }),
    );
    const [whole, , part] = analyze('see ERR_CONN-42 now', 'en').slice(1);
    expect(whole).toMatchObject({ start: 4, end: 15 });
    expect(part).toEqual({ text: 'conn', start: 8, end: 12 });
  });
});
