import type { EvalCase } from '../case.ts';
import { textOf } from './cells.ts';

type Turns = Pick<EvalCase, 'question' | 'history'>;

/**
 * The last question of a conversation with the turns before it. Messages name their side by `role` or `type` (`user` or `human` asks) and say
 * something in `content` or `text`; others, as from a tool, are left out. Null when nobody asks.
 */
export function readMessages(messages: readonly unknown[]): Turns | null {
  const said = messages.flatMap((message) => {
    if (message === null || typeof message !== 'object') return [];
    const { role, type, speaker, content, text } = message as Record<string, unknown>;
    const side = textOf(role ?? type ?? speaker);
    const words = textOf(content) ?? textOf(text);
    if (words === null || side === null) return [];
    if (['user', 'human'].includes(side)) return [{ asks: true, words }];
    return ['assistant', 'ai', 'agent'].includes(side) ? [{ asks: false, words }] : [];
  });
  const last = said.findLastIndex(({ asks }) => asks);
  const question = said[last]?.words;
  if (question === undefined) return null;
  const history: { question: string; answer: string }[] = [];
  for (const { asks, words } of said.slice(0, last)) {
    const turn = history.at(-1);
    if (asks) history.push({ question: words, answer: '' });
    else if (turn) turn.answer = turn.answer === '' ? words : `${turn.answer}\n${words}`;
  }
  return { question, history };
}
