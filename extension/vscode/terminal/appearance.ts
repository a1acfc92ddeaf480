import type { BottleSummary, Color } from '../../../schemas/protocol/bottle.ts';

/** Theme colours of the integrated terminal by the colour of a bottle. */
const themeColors: Readonly<Record<Color, string>> = {
  red: 'terminal.ansiRed',
  green: 'terminal.ansiGreen',
  yellow: 'terminal.ansiYellow',
  blue: 'terminal.ansiBlue',
  magenta: 'terminal.ansiMagenta',
};

/** The colours a bottle may have, in the order they are offered. */
export const colorNames: readonly Color[] = ['red', 'green', 'yellow', 'blue', 'magenta'];

/** Id of the theme colour, or undefined for a bottle without one. */
export function themeColorOf(color: Color | null): string | undefined {
  return color === null ? undefined : themeColors[color];
}

/** `label (agent)`, or the agent alone when nobody chose a label. */
export function bottleTitle(bottle: Pick<BottleSummary, 'label' | 'agent' | 'slug'>): string {
  if (bottle.label === '' || bottle.label === bottle.agent) return bottle.agent === '' ? bottle.slug : bottle.agent;
  return `${bottle.label} (${bottle.agent})`;
}
