import { expect, it } from 'vitest';
import { english, unlinked } from './words.ts';

it('arguments are placed by number', () => {
  expect(english('{1} of {0} {2}', 'a', 2)).toBe('2 of a {2}');
});

it.each(['[Open](command:workbench.action.quit)', '[a](https://evil.example/ "title")', '[[x]](command:y)'])('%s is no link any more', (text) => {
  // What the editor takes for a link in a notification.
  expect(unlinked(text)).not.toMatch(/\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)/);
});
