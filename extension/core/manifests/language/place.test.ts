import { expect, test } from 'vitest';
import { manifestFoldersOf, placeOf } from './place.ts';

const roots = { home: '/h/.bot-bottle', workspaces: ['/w/one', '/w/two'] };

test('each folder of a window with several has its own agents and recommendations', () => {
  expect(placeOf('/w/one/.bot-bottle/agents/a.md', roots)).toMatchObject({ kind: 'agent', origin: 'workspace', name: 'a', workspace: '/w/one' });
  expect(placeOf('/w/two/.bot-bottle/agents/a.md', roots)).toMatchObject({ workspace: '/w/two' });
  expect(placeOf('/w/two/.bot-bottle/recommended-bottles/b.md', roots)).toMatchObject({ kind: 'bottle', origin: 'recommended', workspace: '/w/two' });
  expect(placeOf('/w/three/.bot-bottle/agents/a.md', roots)).toBeUndefined();
  expect(manifestFoldersOf(roots)).toHaveLength(6);
});

test('a home folder inside an open folder stays the home folder', () => {
  expect(placeOf('/h/.bot-bottle/agents/a.md', { home: '/h/.bot-bottle', workspaces: ['/h'] })).toMatchObject({ origin: 'home', workspace: undefined });
});
