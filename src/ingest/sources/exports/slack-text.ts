/** Who and what a message names by an id. */
export interface SlackNames {
  readonly users: ReadonlyMap<string, string>;
  readonly channels: ReadonlyMap<string, string>;
}

/** A message of Slack as Markdown: what stands in angle brackets becomes names and links, entities become letters. */
export function slackText(text: string, names: SlackNames): string {
  return text
    .replace(/<([^<>\n]{1,4000})>/g, (_whole, inside: string) => shown(inside, names))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function shown(inside: string, { users, channels }: SlackNames): string {
  const bar = inside.indexOf('|');
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? '' : inside.slice(bar + 1);
  const id = target.slice(1);
  if (target.startsWith('@')) return `@${label || (users.get(id) ?? id)}`;
  if (target.startsWith('#')) return `#${label || (channels.get(id) ?? id)}`;
  if (target.startsWith('!')) return label || `@${id.replace(/^subteam\^/, '')}`;
  if (!/^(?:https?:|mailto:)/i.test(target)) return label || target;
  if (label === '' || label === target || target === `mailto:${label}`) return label || target;
  return `[${label}](${target})`;
}
