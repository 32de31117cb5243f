declare module 'snowball-stemmers' {
  /** Throws for an algorithm that is not in the package. */
  export function newStemmer(algorithm: string): { stem(word: string): string };
}
