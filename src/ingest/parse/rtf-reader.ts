import type { Properties } from '../../domain/document.ts';
import { singleLine } from './clean-text.ts';
import { createRtfParagraphs, plainParagraph, type RtfParagraphs } from './rtf-paragraphs.ts';
import type { RtfToken } from './rtf-tokens.ts';
import type { TextBuilder } from './text-builder.ts';

/** What a group of the file is for; `text` is what a reader sees. */
type Destination = 'text' | 'skipped' | 'styles' | 'fonts' | 'link' | 'marker' | 'footnote' | PropertyName;
type PropertyName = 'title' | 'author' | 'subject' | 'keywords';

const skippedDestinations = new Set(
  'colortbl pict object header headerl headerr headerf footer footerl footerr footerf ftnsep ftnsepc aftnsep listtable listoverridetable revtbl rsidtbl generator themedata datastore xmlnstbl latentstyles nonshppict bkmkstart bkmkend xe tc filetbl pnseclvl annotation atnid atnauthor atnref private operator company creatim revtim printim doccomm'.split(
    ' ',
  ),
);
const destinations: Readonly<Record<string, Destination>> = {
  stylesheet: 'styles',
  fonttbl: 'fonts',
  fldinst: 'link',
  listtext: 'marker',
  pntext: 'marker',
  footnote: 'footnote',
  title: 'title',
  author: 'author',
  subject: 'subject',
  keywords: 'keywords',
};
const propertyNames: readonly PropertyName[] = ['title', 'author', 'subject', 'keywords'];

interface Group {
  destination: Destination;
  isHidden: boolean;
  font: number;
  /** Where the field's result begins in the paragraph; null outside a field. */
  linkStart: number | null;
}

/** Reads the structure of an RTF file; the text of its characters comes through `write`. */
export class RtfReader {
  private readonly groups: Group[] = [];
  private group: Group = { destination: 'text', isHidden: false, font: 0, linkStart: null };
  private paragraph = plainParagraph();
  private readonly paragraphs: RtfParagraphs;
  /** Text of the destinations that are no running text. */
  private readonly captured = new Map<Destination, string>();
  private readonly charsets = new Map<number, number>();
  private readonly headingStyles = new Map<number, number>();
  /** The style that the style sheet describes. */
  private style = 0;
  private isIgnorable = false;

  constructor(builder: TextBuilder) {
    this.paragraphs = createRtfParagraphs(builder);
  }

  read(token: RtfToken): void {
    if (token.type === 'open') this.open();
    else if (token.type === 'close') this.close();
    else if (token.type === 'symbol') this.readSymbol(token.name);
    else if (token.type === 'word') this.readWord(token.name, token.value);
  }

  write(text: string): void {
    const { destination, isHidden } = this.group;
    if (destination === 'skipped' || destination === 'fonts' || isHidden) return;
    if (destination === 'text') this.paragraphs.write(text);
    else if (destination === 'styles') this.nameStyle(text);
    else this.captured.set(destination, (this.captured.get(destination) ?? '') + text);
  }

  /** Character set of the current font; null when it has none. */
  fontCharset(): number | null {
    return this.group.destination === 'fonts' ? null : (this.charsets.get(this.group.font) ?? null);
  }

  properties(): Properties {
    const entries = propertyNames.map(
      (name) => [name, singleLine(this.captured.get(name) ?? '').slice(0, 2000)] as const,
    );
    return Object.fromEntries(entries.filter(([, value]) => value !== ''));
  }

  finish(): void {
    this.paragraphs.finish();
  }

  private open(): void {
    this.groups.push(this.group);
    this.group = { ...this.group };
    this.isIgnorable = false;
  }

  private close(): void {
    const ended = this.group;
    this.group = this.groups.pop() ?? ended;
    if (ended.destination === 'footnote' && this.group.destination === 'text') {
      const note = singleLine(this.take('footnote'));
      if (note !== '') this.paragraphs.addNote(note);
    }
    if (ended.linkStart !== null && this.group.linkStart === null) {
      const target = /HYPERLINK\s+"((?:https?|mailto):[^"\s]{1,2000})"/.exec(this.take('link'))?.[1];
      if (target && this.group.destination === 'text') this.paragraphs.link(ended.linkStart, target);
    }
  }

  private take(destination: Destination): string {
    const text = this.captured.get(destination) ?? '';
    this.captured.delete(destination);
    return text;
  }

  private readSymbol(name: string): void {
    if (name === '*') this.isIgnorable = true;
    else if (name === '~') this.write('\u00a0');
    else if (name === '_') this.write('-');
    else if (name === '\n' || name === '\r') this.endParagraph();
    else if (/[\\{}]/.test(name)) this.write(name);
  }

  private readWord(name: string, value: number | null): void {
    const destination = destinations[name];
    const isSkipped = skippedDestinations.has(name) || (this.isIgnorable && destination === undefined);
    this.isIgnorable = false;
    if (this.group.destination === 'skipped') return;
    if (isSkipped) this.group.destination = 'skipped';
    else if (destination !== undefined) this.group.destination = destination;
    else if (!this.readParagraphWord(name, value)) this.readGroupWord(name, value);
  }

  private readParagraphWord(name: string, value: number | null): boolean {
    if (name === 'pard') this.paragraph = plainParagraph();
    else if (name === 'par' || name === 'sect' || name === 'page') this.endParagraph();
    else if (name === 'outlinelevel') this.paragraph.outline = value;
    else if (name === 'ls' || name === 'pnlvlblt') this.paragraph.isListed = this.group.destination === 'text';
    else if (name === 'intbl') this.paragraph.isInTable = true;
    else if (name === 'cell' || name === 'nestcell') this.paragraphs.endCell();
    else if (name === 'row' || name === 'nestrow') this.paragraphs.endRow();
    else return false;
    return true;
  }

  private readGroupWord(name: string, value: number | null): void {
    if (name === 'plain') this.group.isHidden = false;
    else if (name === 'line') this.write('\n');
    else if (name === 'v' || name === 'deleted' || name === 'htmlrtf') this.group.isHidden = value !== 0;
    else if (name === 'f') this.group.font = value ?? 0;
    else if (name === 'fcharset' && this.group.destination === 'fonts') this.charsets.set(this.group.font, value ?? 0);
    else if (name === 'field') this.group.linkStart = this.paragraphs.length();
    else if (name === 's' && this.group.destination === 'styles') this.style = value ?? 0;
    else if (name === 's') this.paragraph.style = value ?? 0;
  }

  private nameStyle(name: string): void {
    const level = /^\s*heading (\d)/i.exec(name)?.[1] ?? (/^\s*title;/i.test(name) ? '1' : null);
    if (level) this.headingStyles.set(this.style, Number(level));
  }

  private endParagraph(): void {
    if (this.group.destination === 'footnote') this.write(' ');
    if (this.group.destination !== 'text') return;
    const { outline, style } = this.paragraph;
    const level = outline === null ? (this.headingStyles.get(style) ?? null) : outline + 1;
    this.paragraphs.end(this.paragraph, {
      level: level !== null && level <= 9 ? level : null,
      marker: this.take('marker'),
    });
  }
}
