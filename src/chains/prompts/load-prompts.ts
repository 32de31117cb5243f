import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { sha256 } from '../../domain/sha256.ts';
import type { ChatMessage } from '../../models/chat-model.ts';

/** File names without `.md`; a prompt that changes gets a new version, and the old one goes. */
const files = {
  selectQuotes: 'select-quotes.v2',
  repairQuotes: 'repair-quotes.v1',
  writeAnswer: 'write-answer.v2',
  condenseQuestion: 'condense-question.v2',
  splitQuestion: 'split-question.v1',
  phraseFollowUps: 'phrase-follow-ups.v1',
  judgeSentence: 'judge-sentence.v1',
  extractFields: 'extract-fields.v1',
} as const;
export type PromptName = keyof typeof files;

export interface Prompt {
  /** Name, version and the first half of the file's SHA-256, as in `select-quotes.v1 sha256:…`. */
  readonly version: string;
  /** Fills `{{name}}` in and gives the system and the user message. */
  render(values: Readonly<Record<string, string>>): ChatMessage[];
}

export type Prompts = Readonly<Record<PromptName, Prompt>>;

/** Reads the prompts from beside this file. Throws when one is missing or not in two parts. */
export function loadPrompts(): Prompts {
  return {
    selectQuotes: loadPrompt(files.selectQuotes),
    repairQuotes: loadPrompt(files.repairQuotes),
    writeAnswer: loadPrompt(files.writeAnswer),
    condenseQuestion: loadPrompt(files.condenseQuestion),
    splitQuestion: loadPrompt(files.splitQuestion),
    phraseFollowUps: loadPrompt(files.phraseFollowUps),
    judgeSentence: loadPrompt(files.judgeSentence),
    extractFields: loadPrompt(files.extractFields),
  };
}

function loadPrompt(file: string): Prompt {
  return readPrompt(new URL(`${file}.md`, import.meta.url));
}

/** A prompt from a file of its own. Throws when it is missing or not in two parts. */
export function readPrompt(url: URL): Prompt {
  const file = basename(url.pathname, '.md');
  const text = readFileSync(url, 'utf8');
  const [system, user] = text.split('\n---\n');
  if (system === undefined || user === undefined) throw new Error(`The prompt ${file} has no line with three dashes.`);
  const hash = sha256(text).slice(0, 32);
  return {
    version: `${file} sha256:${hash}`,
    render: (values) => [
      { role: 'system', content: fill(system, values) },
      { role: 'user', content: fill(user, values) },
    ],
  };
}

/** Values are put in once and never searched for places themselves. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.trim().replace(/\{\{(\w+)\}\}/g, (_place, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The prompt needs a value for ${name}.`);
    return value;
  });
}

/**
 * Fences a piece of data: its own fences are defused and invisible characters, which can hide instructions, are taken out,
 * except the joiners that scripts and emoji need.
 */
export function fence(name: string, label: string, text: string): string {
  const safe = text
    .replace(/(?!\u200c|\u200d|\ufe0e|\ufe0f)\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/<(?=\/?\s*(?:passage|quote|turn|sentence)\b)/gi, '‹');
  return `<${name} ${label}>\n${safe}\n</${name}>`;
}
