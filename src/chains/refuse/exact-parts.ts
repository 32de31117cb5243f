/** Words of a question that must stand in its evidence as they are: names, numbers, codes and identifiers. */
export function exactPartsOf(question: string): { names: string[]; codes: string[] } {
  const names = [...question.matchAll(/(?<![.!?:]\s)(?<=\S\s)["'“(]*(\p{Lu}[\p{L}\p{N}]+)/gu)].map(
    (match) => match[1] ?? '',
  );
  const codes = [
    ...question.matchAll(/(?<![\p{L}\p{N}])(?=[\p{L}\p{N}._/-]*\d)[\p{L}\p{N}]+(?:[._/-][\p{L}\p{N}]+)*/gu),
  ].map((match) => match[0]);
  return { names: names.filter((name) => !codes.includes(name)), codes };
}
