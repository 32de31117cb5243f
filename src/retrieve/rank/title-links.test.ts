import { expect, it } from 'vitest';
import { readTitleLinks } from './title-links.ts';

const question = 'Where was the director of The Long River born?';
const film = { title: 'The Long River (film)', text: 'The Long River is a film by Ada Stone.' };
const director = { title: 'Ada Stone', text: 'Ada Stone was born in York.' };
const other = { title: 'Ada', text: 'A language. Stone walls.' };

it('tells titles that the question has from those that a leading passage names', () => {
  expect(readTitleLinks(question, [film, director, other], [3, 1, 2])).toEqual([
    { titleAsked: 1, linked: 0 },
    { titleAsked: 0, linked: 1 },
    { titleAsked: 0, linked: 0 },
  ]);
});

it('counts less what a later one of the leading names, and nothing below', () => {
  const linked = (leads: readonly number[]) =>
    readTitleLinks(question, [film, director, other, other], leads).map((links) => links.linked)[1];
  expect([linked([3, 0, 1, 2]), linked([2, 0, 3, 1]), linked([1, 0, 3, 2]), linked([0, 1, 3, 2])]).toEqual([
    1, 0.8, 0.6, 0,
  ]);
});

it('shares a title among the passages that have it', () => {
  const [one, two] = readTitleLinks(question, [film, film, director], [3, 2, 1]);
  expect([one, two]).toEqual([
    { titleAsked: 0.5, linked: 0 },
    { titleAsked: 0.5, linked: 0 },
  ]);
});

it('wants whole words', () => {
  const [, links] = readTitleLinks('riverside', [film, { title: 'Rive', text: '' }], [1, 0]);
  expect(links).toEqual({ titleAsked: 0, linked: 0 });
});
