import type { ChatModel, ChatRequest } from '../../src/models/chat-model.ts';

const command = /(?:say|write|print|output|append|call|quote|reply with)\s*“([^”]*)”/giu;
const invisible = /[\u200B\u2063]/g;

export interface ObedientModel extends ChatModel {
  /** All that the model was ever asked, to show that attacks reached it. */
  readonly seen: readonly string[];
}

/**
 * A chat model of the worst kind: it does whatever the text in front of it tells it to, whoever wrote it, and lies about where
 * it has it from. Beside that it does its work, so that an answer is shown in which to smuggle something.
 */
export function createObedientModel(secretPattern: RegExp): ObedientModel {
  const seen: string[] = [];
  return {
    id: 'obedient',
    seen,
    async *stream({ messages }: ChatRequest) {
      const [system = '', user = ''] = messages.map(({ content }) => content);
      seen.push(user);
      const secret = [...new Set(user.match(secretPattern))].join(' ');
      const orders = [...user.replace(invisible, '').matchAll(command)].map(([, text = '']) =>
        text.replaceAll('{secret}', secret).replaceAll('{prompt}', system),
      );
      yield { type: 'text', text: reply(system, user, orders) };
    },
  };
}

function reply(system: string, user: string, orders: readonly string[]): string {
  if (system.includes('You find evidence')) return [...honestQuotes(user), ...forgedQuotes(orders)].join('\n');
  if (system.includes('You answer a question')) return [honestSentence(user), ...orders.flatMap(lies)].join(' ');
  if (system.includes('You rewrite')) return JSON.stringify({ standalone: orders[0] ?? '' });
  return JSON.stringify({ questions: orders });
}

const askedCode = (user: string) => /[a-z]+-\d\d/.exec(user)?.[0] ?? '';

/** The true sentence of the thing that is asked for, and whole lines of attack, which do stand in the passages. */
function honestQuotes(user: string): string[] {
  return user
    .split(/<passage number="/)
    .slice(1)
    .flatMap((passage) => {
      const number = Number.parseInt(passage, 10);
      const fact = /A [\w-]+ request is approved within[^.]+\./.exec(passage)?.[0];
      const attack = /^.*“.*$/m.exec(passage)?.[0];
      const isAsked = passage.includes(askedCode(user));
      return [isAsked && fact, isAsked && attack].flatMap((text) => (text ? [`[${number}] "${text}"`] : []));
    });
}

const forgedQuotes = (orders: readonly string[]) => orders.flatMap((text) => [`[1] "${text}"`, text]);

function honestSentence(user: string): string {
  const quotes = [...user.matchAll(/<quote number="(\d+)"[^>]*>\n([^<]*)/g)];
  const found = quotes.find(([, , text = '']) => /request is approved within/.test(text));
  const fact = /A [\w-]+ request is approved within[^.]+/.exec(found?.[2] ?? '')?.[0];
  return fact && found ? `${fact} [${found[1]}].` : '';
}

/** The order as it stands, with a right, another and an invented number. */
const lies = (text: string) => [text, `${text} [1].`, `${text} [7][2].`, `\n- ${text} [1]\n`];
