import { badStatus, userAgent } from '../../load/guarded-fetch.ts';
import type { PacedFetch } from './paced-fetch.ts';

/** Whether a path with its query may be fetched. */
export type IsAllowedByRobots = (url: URL) => boolean;

interface Rule {
  readonly allow: boolean;
  /** Length of the pattern: the longest that matches decides. */
  readonly weight: number;
  matches(path: string): boolean;
}

const mostBytes = 512 * 1024;

/** The rules of a host by RFC 9309: none where there is no file. Throws URL_UNREACHABLE where the host fails: then nothing may be fetched. */
export async function fetchRobots(origin: string, fetch: PacedFetch, signal: AbortSignal): Promise<IsAllowedByRobots> {
  const response = await fetch.get(`${origin}/robots.txt`, { accept: 'text/plain' }, signal);
  if (response.status >= 400) return () => true;
  if (response.status >= 300) throw badStatus(response);
  return parseRobots(new TextDecoder().decode(response.bytes.subarray(0, mostBytes)));
}

/** The group that names this program, else the one for all. */
export function parseRobots(text: string): IsAllowedByRobots {
  const groups = readGroups(text);
  const own = groups.filter(({ agents }) => agents.includes(userAgent.toLowerCase()));
  const chosen = own.length > 0 ? own : groups.filter(({ agents }) => agents.includes('*'));
  const rules = chosen.flatMap(({ rules: listed }) => listed);
  return (url) => {
    const path = normalise(url.pathname + url.search);
    let best: Rule | null = null;
    for (const rule of rules) {
      if (!rule.matches(path)) continue;
      if (!best || rule.weight > best.weight || (rule.weight === best.weight && rule.allow)) best = rule;
    }
    return best?.allow ?? true;
  };
}

interface Group {
  readonly agents: string[];
  readonly rules: Rule[];
}

function readGroups(text: string): Group[] {
  const groups: Group[] = [];
  let isNaming = false;
  for (const line of text.split(/\r\n?|\n/)) {
    const [, name = '', value = ''] = /^\s*([A-Za-z-]+)\s*:\s*(.*?)\s*$/.exec(line.replace(/#.*/, '')) ?? [];
    const field = name.toLowerCase();
    if (field === 'user-agent') {
      if (!isNaming) groups.push({ agents: [], rules: [] });
      isNaming = true;
      groups.at(-1)?.agents.push(/^[A-Za-z_-]+|\*/.exec(value)?.[0].toLowerCase() ?? '');
    } else if (field === 'allow' || field === 'disallow') {
      isNaming = false;
      if (value !== '') groups.at(-1)?.rules.push(ruleOf(value, field === 'allow'));
    }
  }
  return groups;
}

/** `*` stands for anything, `$` for the end; matched piece by piece, so that no pattern takes long. */
function ruleOf(value: string, allow: boolean): Rule {
  const isWhole = value.endsWith('$');
  const [first = '', ...rest] = normalise(isWhole ? value.slice(0, -1) : value).split('*');
  return {
    allow,
    weight: value.length,
    matches(path) {
      if (!path.startsWith(first)) return false;
      let at = first.length;
      for (const [index, piece] of rest.entries()) {
        if (isWhole && index === rest.length - 1) return path.length - piece.length >= at && path.endsWith(piece);
        const found = path.indexOf(piece, at);
        if (found < 0) return false;
        at = found + piece.length;
      }
      return !isWhole || at === path.length;
    },
  };
}

/** The same path written in one way. */
function normalise(path: string): string {
  try {
    return encodeURI(decodeURI(path));
  } catch {
    return path;
  }
}
