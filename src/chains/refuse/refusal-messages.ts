import type { NearestDocument, RefusalReason } from '../../domain/answer.ts';
import { hasUnsafeLink } from '../ground/unsafe-link.ts';
import { inQuoteMarks } from '../in-quote-marks.ts';

type Messages = Readonly<Record<RefusalReason, string>> & {
  readonly nearest: (titles: string) => string;
  readonly clarify: (options: string) => string;
};

/** One entry for each language; English is the fallback. */
const messages = {
  en: {
    'no-documents': 'There are no documents yet that you may read, so there is nothing to answer from.',
    'no-evidence': 'The documents say nothing about this.',
    'weak-evidence': 'The documents do not answer this.',
    'conflicting-evidence': 'The documents contradict each other on this.',
    'unsafe-question': 'This question cannot be answered.',
    nearest: (titles) => `The nearest ones are ${titles}.`,
    clarify: (options) => `Which one do you mean: ${options}?`,
  },
  de: {
    'no-documents': 'Es gibt noch keine Dokumente, die Sie lesen dürfen, und damit nichts, woraus zu antworten wäre.',
    'no-evidence': 'Die Dokumente sagen dazu nichts.',
    'weak-evidence': 'Die Dokumente beantworten das nicht.',
    'conflicting-evidence': 'Die Dokumente widersprechen sich in diesem Punkt.',
    'unsafe-question': 'Diese Frage kann nicht beantwortet werden.',
    nearest: (titles) => `Am nächsten kommen ${titles}.`,
    clarify: (options) => `Was meinen Sie: ${options}?`,
  },
  fr: {
    'no-documents': 'Il n’y a pas encore de documents que vous puissiez lire, donc rien pour répondre.',
    'no-evidence': 'Les documents n’en disent rien.',
    'weak-evidence': 'Les documents ne répondent pas à cette question.',
    'conflicting-evidence': 'Les documents se contredisent sur ce point.',
    'unsafe-question': 'Il n’est pas possible de répondre à cette question.',
    nearest: (titles) => `Les plus proches sont ${titles}.`,
    clarify: (options) => `De quoi s’agit-il : ${options} ?`,
  },
  es: {
    'no-documents': 'Todavía no hay documentos que pueda leer, así que no hay de dónde responder.',
    'no-evidence': 'Los documentos no dicen nada sobre esto.',
    'weak-evidence': 'Los documentos no responden a esto.',
    'conflicting-evidence': 'Los documentos se contradicen en este punto.',
    'unsafe-question': 'Esta pregunta no se puede responder.',
    nearest: (titles) => `Los más cercanos son ${titles}.`,
    clarify: (options) => `¿A cuál se refiere: ${options}?`,
  },
  it: {
    'no-documents': 'Non ci sono ancora documenti che lei possa leggere, quindi nulla da cui rispondere.',
    'no-evidence': 'I documenti non dicono nulla in proposito.',
    'weak-evidence': 'I documenti non rispondono a questa domanda.',
    'conflicting-evidence': 'I documenti si contraddicono su questo punto.',
    'unsafe-question': 'Non è possibile rispondere a questa domanda.',
    nearest: (titles) => `I più vicini sono ${titles}.`,
    clarify: (options) => `Quale intende: ${options}?`,
  },
  pt: {
    'no-documents': 'Ainda não há documentos que você possa ler, portanto não há de onde responder.',
    'no-evidence': 'Os documentos não dizem nada sobre isso.',
    'weak-evidence': 'Os documentos não respondem a isso.',
    'conflicting-evidence': 'Os documentos se contradizem neste ponto.',
    'unsafe-question': 'Não é possível responder a esta pergunta.',
    nearest: (titles) => `Os mais próximos são ${titles}.`,
    clarify: (options) => `A qual se refere: ${options}?`,
  },
  nl: {
    'no-documents': 'Er zijn nog geen documenten die u mag lezen, dus is er niets om uit te antwoorden.',
    'no-evidence': 'De documenten zeggen hier niets over.',
    'weak-evidence': 'De documenten geven hier geen antwoord op.',
    'conflicting-evidence': 'De documenten spreken elkaar op dit punt tegen.',
    'unsafe-question': 'Deze vraag kan niet worden beantwoord.',
    nearest: (titles) => `Het dichtst in de buurt komen ${titles}.`,
    clarify: (options) => `Welke bedoelt u: ${options}?`,
  },
  ar: {
    'no-documents': 'لا توجد بعد مستندات يمكنك قراءتها، لذا لا يوجد ما يمكن الإجابة منه.',
    'no-evidence': 'لا تذكر المستندات شيئًا عن هذا.',
    'weak-evidence': 'لا تجيب المستندات عن هذا السؤال.',
    'conflicting-evidence': 'تتناقض المستندات في هذه النقطة.',
    'unsafe-question': 'لا يمكن الإجابة عن هذا السؤال.',
    nearest: (titles) => `أقرب المستندات: ${titles}.`,
    clarify: (options) => `أيّها تقصد: ${options}؟`,
  },
  zh: {
    'no-documents': '目前没有您可以阅读的文档，因此无从回答。',
    'no-evidence': '文档中没有提到这一点。',
    'weak-evidence': '文档没有回答这个问题。',
    'conflicting-evidence': '文档在这一点上相互矛盾。',
    'unsafe-question': '无法回答这个问题。',
    nearest: (titles) => `最接近的是${titles}。`,
    clarify: (options) => `您指的是哪一个：${options}？`,
  },
  ja: {
    'no-documents': '閲覧できる文書がまだないため、回答の根拠がありません。',
    'no-evidence': '文書にはこの件についての記述がありません。',
    'weak-evidence': '文書はこの質問に答えていません。',
    'conflicting-evidence': 'この点について文書の記述が食い違っています。',
    'unsafe-question': 'この質問には回答できません。',
    nearest: (titles) => `最も近いのは${titles}です。`,
    clarify: (options) => `どちらのことですか：${options}？`,
  },
} as const satisfies Record<string, Messages>;

export const messageLanguages = Object.keys(messages) as readonly (keyof typeof messages)[];

const titlesNamed = 3;

function isKnown(language: string): language is keyof typeof messages {
  return Object.hasOwn(messages, language);
}

/** A refusal in plain words of a language (ISO 639) that names the documents nearest to the question, but for those whose title holds a link or markup. */
export function refusalMessage(reason: RefusalReason, nearest: readonly NearestDocument[], language: string): string {
  const known = isKnown(language) ? language : 'en';
  const texts: Messages = messages[known];
  const safe = nearest.map((document) => document.title).filter((title) => !hasUnsafeLink(title, []));
  const titles = [...new Set(safe)].slice(0, titlesNamed);
  if (titles.length === 0 || reason === 'no-documents') return texts[reason];
  const named = titles.map((title) => inQuoteMarks(title, known));
  const list = new Intl.ListFormat(known, { type: 'conjunction' }).format(named);
  return [texts[reason], texts.nearest(list)].join(known === 'zh' || known === 'ja' ? '' : ' ');
}

/** Asks which of several things is meant. */
export function clarifyingMessage(options: readonly string[], language: string): string {
  const known = isKnown(language) ? language : 'en';
  const texts: Messages = messages[known];
  const list = options.map((option) => inQuoteMarks(option, known));
  return texts.clarify(new Intl.ListFormat(known, { type: 'disjunction' }).format(list));
}
