/** A language of the analyser: its Snowball algorithm, or null where character 4-grams do better or nothing fits. */
export interface Language {
  readonly code: string;
  readonly algorithm: string | null;
  /** Frequent function words, for telling the language of a text. */
  readonly functionWords: readonly string[];
}

const words = (list: string): readonly string[] => list.split(' ');

/** Lucene's English stop words (EnglishAnalyzer.ENGLISH_STOP_WORDS_SET). */
export const englishStopWords: ReadonlySet<string> = new Set(
  words(
    'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with',
  ),
);

export const languages: readonly Language[] = [
  {
    code: 'en',
    algorithm: 'english',
    functionWords: words(
      'the of and to in is that for it with as was on are be by this what which how who from or have when where why did does do has had not at an if can been were his her its their they you we he she will would more than but there all no so me my your about after between into during only also such most other these those met she',
    ),
  },
  {
    code: 'de',
    algorithm: 'german',
    functionWords: words(
      'der die das und ist nicht ein eine einer einem einen den dem des zu mit von auf für im sich wie was wer wird werden wurde auch bei wann wo warum welche welcher welches welchem welchen wen wem hat haben hatte nach als aus oder kann um an viele viel sind war waren nur noch sein seine ihre durch über unter zum zur beim vom es er sie wir',
    ),
  },
  {
    code: 'fr',
    algorithm: 'french',
    functionWords: words(
      'le la les des est et un une du que qui dans pour pas sur au aux par avec ce cette sont quel quelle comment où quand pourquoi était ont son sa ses leur il elle nous vous ou mais plus sans entre',
    ),
  },
  {
    code: 'es',
    algorithm: 'spanish',
    functionWords: words(
      'el la los las de que en un una es por con para se del al como no su lo qué cuál cómo está cuándo dónde quién cuántos fue son sus este esta entre sobre sin más pero cuáles',
    ),
  },
  {
    code: 'it',
    algorithm: 'italian',
    functionWords: words(
      'il lo gli di che un una per con del della dei delle nel nella alla sono si come quale cosa quando dove perché chi quanti era stato su tra da anche più ma questa questo ha hanno',
    ),
  },
  {
    code: 'pt',
    algorithm: 'portuguese',
    functionWords: words(
      'os as um uma de do da dos das em no na não que para por se ao como qual são foi quando onde porque quem quantos foram seu sua mais mas ou pela pelo entre aos',
    ),
  },
  {
    code: 'nl',
    algorithm: 'dutch',
    functionWords: words(
      'de het een en van is niet dat die in op te zijn voor met aan wordt ook hoe wat welke naar bij wanneer waar waarom wie hoeveel heeft hebben werd werden zich over door maar of om uit deze dit kan',
    ),
  },
  {
    code: 'sv',
    algorithm: 'swedish',
    functionWords: words('och att det som en ett är av för på med den inte till har om var hur vad vilken från kan'),
  },
  {
    code: 'da',
    algorithm: 'danish',
    functionWords: words(
      'og at det som en et er af for på med den ikke til har om var hvordan hvad hvilken fra kan blev',
    ),
  },
  {
    code: 'no',
    algorithm: 'norwegian',
    functionWords: words(
      'og at det som en et er av for på med den ikke til har om var hvordan hva hvilken fra kan ble',
    ),
  },
  {
    code: 'fi',
    algorithm: 'finnish',
    functionWords: words('ja on ei se että oli joka mutta kun myös ovat tai hän mikä mitä kuka miten sekä voi'),
  },
  {
    code: 'hu',
    algorithm: 'hungarian',
    functionWords: words('az és hogy nem egy van volt is ez mi hogyan milyen meg csak de vagy el mint'),
  },
  {
    code: 'ro',
    algorithm: 'romanian',
    functionWords: words('și în de la cu este nu un pe care din pentru sau ce cum sunt mai al ale'),
  },
  {
    code: 'tr',
    algorithm: 'turkish',
    functionWords: words('ve bir bu ile için ne nasıl değil olarak da de çok daha olan gibi hangi kim'),
  },
  {
    code: 'ca',
    algorithm: 'catalan',
    functionWords: words('el la els les de que és un una amb per del al no quin quina són aquest'),
  },
  {
    code: 'ru',
    algorithm: 'russian',
    functionWords: words(
      'не на что по как это для из от за но или где кто был когда почему какой какая сколько была было были при так же его ее их она они',
    ),
  },
  {
    code: 'pl',
    algorithm: null,
    functionWords: words('nie na się do jest że to jak dla od przez co czy który jaki są oraz'),
  },
  {
    code: 'cs',
    algorithm: null,
    functionWords: words('na je se že to do jak co který jaký jsou nebo od při není'),
  },
  {
    code: 'uk',
    algorithm: null,
    functionWords: words('не на що до як це для від за але або та який хто'),
  },
];

const byCode = new Map(languages.map((language) => [language.code, language]));
const aliases = new Map([
  ['nb', 'no'],
  ['nn', 'no'],
]);

/** Languages without any entry: their words are cut into 4-grams. */
const unknownLanguage: Language = { code: 'und', algorithm: null, functionWords: [] };

const languagesByWord = new Map<string, Language[]>();
for (const language of languages)
  for (const word of language.functionWords)
    languagesByWord.set(word, [...(languagesByWord.get(word) ?? []), language]);

const mostCharactersRead = 1_500;
const leastLead = 0.5;

/** The language of a BCP 47 tag; tags of languages that are not in the table give the 4-gram analysis. */
export function languageOf(tag: string): Language {
  const known = byCode.get(tag);
  if (known) return known;
  const primary = tag.toLowerCase().split(/[-_]/, 1)[0] ?? '';
  return byCode.get(aliases.get(primary) ?? primary) ?? unknownLanguage;
}

/**
 * Tells the language of a text by its function words, English unless another one clearly leads.
 * Each word votes for all languages that have it, with one vote in all.
 */
export function guessLanguage(text: string): Language {
  return rankLanguages(text)[0];
}

/** The guess first, then the languages that a short text might be in as well: those with nearly as many votes. */
export function likelyLanguages(text: string): readonly Language[] {
  return rankLanguages(text);
}

function rankLanguages(text: string): readonly [Language, ...Language[]] {
  const votes = new Map<Language, number>();
  for (const word of text
    .slice(0, mostCharactersRead)
    .toLowerCase()
    .match(/\p{L}{2,}/gu) ?? []) {
    const speakers = languagesByWord.get(word);
    if (!speakers) continue;
    for (const language of speakers) votes.set(language, (votes.get(language) ?? 0) + 1 / speakers.length);
  }
  const english = languageOf('en');
  let best = english;
  for (const [language, count] of votes) if (count > (votes.get(best) ?? 0)) best = language;
  const most = votes.get(best) ?? 0;
  const guess = most - (votes.get(english) ?? 0) >= leastLead ? best : english;
  const others = [...votes].filter(([language, count]) => language !== guess && most - count < leastLead);
  return [guess, ...others.map(([language]) => language)];
}
