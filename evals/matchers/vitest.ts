import { expect } from 'vitest';
import { type GroundedOptions, toBeGrounded, toCiteSource, toQuoteVerbatim, toRefuse } from './matchers.ts';

// Imported for this: `import 'footnote/vitest'` in a test or a setup file gives `expect` the matchers.
expect.extend({ toBeGrounded, toCiteSource, toQuoteVerbatim, toRefuse });

declare module 'vitest' {
  interface Matchers<R, T> {
    /** Each sentence cites quotes and says what they say; `minimum` is the groundedness asked for, .3 when left out. */
    toBeGrounded(options?: GroundedOptions): R;
    /** A sentence cites a source of this title, document, identifier or address. */
    toCiteSource(name: string | RegExp): R;
    /** It is a refusal, with this reason where one is given. */
    toRefuse(reason?: string): R;
    /** Each quote stands in one of these texts, word for word; a recorded answer needs none. */
    toQuoteVerbatim(sources?: string | readonly string[]): R;
  }
}
