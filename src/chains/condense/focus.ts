import { type Name, namesOf, sameName } from './names.ts';

export interface Turn {
  readonly question: string;
  readonly answer: string;
}

export interface Conversation {
  /** Earlier turns, oldest first. */
  readonly history: readonly Turn[];
  /** What the whole conversation is about, as its title names it; null when nothing says. */
  readonly topic: string | null;
}

/** Something that the conversation names, with how present it is. */
export interface Entity {
  readonly name: string;
  readonly salience: number;
  /** Named in a question, not in answers only. */
  readonly isAsked: boolean;
}

const questionWeight = 2;
const answerWeight = 1;
const topicWeight = 6;
/** What a mention counts of before, with each turn that passes. */
const decay = 0.7;

const calendar =
  /^(?:january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?:\s+\d+)*$/i;

/** The entities of a conversation, the most present first; names that are parts of each other are one entity. */
export function entitiesOf({ history, topic }: Conversation): Entity[] {
  const known = knownNames({ history, topic });
  const entities: { name: string; salience: number; isAsked: boolean }[] = [];
  const title = topic === null ? null : bareTitle(topic);
  const mention = ({ text }: Pick<Name, 'text'>, weight: number, isAsked: boolean) => {
    if (calendar.test(text)) return;
    const entity = entities.find(({ name }) => sameName(name, text));
    if (!entity) {
      entities.push({ name: text, salience: weight, isAsked });
      return;
    }
    entity.salience += weight;
    entity.isAsked ||= isAsked;
    if (entity.name !== title && text.length > entity.name.length && text.split(/\s+/).length <= 4) entity.name = text;
  };
  if (title) mention({ text: title }, topicWeight, true);
  for (const { question, answer } of history) {
    for (const entity of entities) if (entity.name !== title) entity.salience *= decay;
    for (const name of namesOf(question, known)) mention(name, questionWeight, true);
    for (const name of namesOf(answer, known)) mention(name, answerWeight, false);
  }
  return entities.sort((one, other) => other.salience - one.salience);
}

/** A title without what tells it from others of the same name. */
export function bareTitle(title: string): string {
  return title.replace(/\s*\([^)]*\)\s*$/, '').trim() || title;
}

/** Single words that are capitalised within a sentence somewhere: at the beginning of another they are names too. */
export function knownNames({ history, topic }: Conversation): Set<string> {
  const texts = [topic ?? '', ...history.flatMap(({ question, answer }) => [question, answer])];
  return new Set(texts.flatMap((text) => namesOf(`x ${text}`).map((name) => name.text.toLowerCase())));
}
