import { getJson } from './api.ts';
import { element } from './elements.ts';

interface FollowUp {
  readonly question: string;
}

/** Questions to go on with, filled in when the server has tried them; stays empty where it has none, or fails. */
export function createFollowUps(answerId: string, onAsk: (question: string) => void): HTMLElement {
  const list = element('ul', { class: 'follow-ups', 'aria-label': 'Questions to go on with' });
  list.hidden = true;
  void fill(list, answerId, onAsk).catch((error: unknown) => console.debug(error));
  return list;
}

async function fill(list: HTMLElement, answerId: string, onAsk: (question: string) => void): Promise<void> {
  const { items } = await getJson<{ items: readonly FollowUp[] }>(`v1/answers/${answerId}/follow-ups`);
  list.hidden = items.length === 0;
  for (const { question } of items) {
    const attributes = { type: 'button', class: 'link', click: () => onAsk(question) };
    list.append(element('li', {}, element('button', attributes, question)));
  }
}
