import { describe, expect, test } from 'vitest';
import { refusalReasons } from '../../domain/answer.ts';
import { languageOfAsker } from './language-of-asker.ts';
import { clarifyingMessage, messageLanguages, refusalMessage } from './refusal-messages.ts';

const nearest = ['Refunds', 'Plans'].map((title) => ({ documentId: 'doc_a', title, uri: null, score: 0.5 }));

test('each language says each reason in its own words, with the nearest titles', () => {
  expect(messageLanguages).toEqual(expect.arrayContaining(['de', 'fr', 'es', 'it', 'pt', 'nl', 'ar', 'zh', 'ja']));
  for (const reason of refusalReasons) {
    const texts = messageLanguages.map((language) => refusalMessage(reason, nearest, language));
    expect(new Set(texts).size).toBe(messageLanguages.length);
    for (const text of texts) expect(text.includes('Refunds')).toBe(reason !== 'no-documents');
  }
  expect(refusalMessage('no-evidence', nearest, 'sw')).toBe(refusalMessage('no-evidence', nearest, 'en'));
});

test('asks which one is meant', () => {
  expect(clarifyingMessage(['EU', 'US'], 'en')).toBe('Which one do you mean: “EU” or “US”?');
  expect(clarifyingMessage(['EU', 'US'], 'de')).toBe('Was meinen Sie: „EU“ oder „US“?');
});

test.each([
  ['en', '“Refunds”'],
  ['de', '„Refunds“'],
  ['fr', '«\u202FRefunds\u202F»'],
  ['es', '«Refunds»'],
  ['ja', '「Refunds」'],
])('%s puts titles between its own quotation marks', (language, quoted) => {
  expect(refusalMessage('no-evidence', nearest, language)).toContain(quoted);
});

describe('the language of the asker', () => {
  test.each([
    ['de', 'Wie lange werden gelöschte Dateien aufbewahrt und wann sind sie weg?'],
    ['fr', 'Combien de temps les fichiers supprimés sont-ils conservés dans la corbeille ?'],
    ['es', '¿Cuántos días se conservan los archivos que están en la papelera?'],
    ['it', 'Per quanto tempo sono conservati i file che ho eliminato nella cartella?'],
    ['pt', 'Por quanto tempo os arquivos excluídos são mantidos na lixeira?'],
    ['nl', 'Hoe lang worden de verwijderde bestanden bewaard en waar zijn ze?'],
    ['ar', 'كم من الوقت يتم الاحتفاظ بالملفات المحذوفة في Kestrel؟'],
    ['zh', '已删除的文件保留多久？'],
    ['ja', '削除したファイルはどのくらい保存されますか？'],
    ['en', 'How long are deleted files kept?'],
    ['en', 'What does 東京 mean in the name of the region?'],
  ])('%s: %s', (language, question) => {
    expect(languageOfAsker(null, question)).toBe(language);
  });

  test('a locale decides before the question', () => {
    expect(languageOfAsker('fr-CA', 'How long are deleted files kept?')).toBe('fr');
    expect(languageOfAsker('pt_BR', 'How long?')).toBe('pt');
  });
});
