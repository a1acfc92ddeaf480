/** What a container or volume of a bottle is there for. */
export type Role = 'bridge' | 'sidecar' | 'agent' | 'filler' | 'sockets' | 'guest' | 'workspace';

/**
 * Labels on every object of ours. `home` names whose (`homeId`), `start` which start made it. `probe` stands alone, on
 * what a question to the engine needs for a moment; the name tells whose that is (`throwawayName`).
 */
export const labels = { slug: 'bot-bottle.slug', home: 'bot-bottle.home', role: 'bot-bottle.role', start: 'bot-bottle.start', probe: 'bot-bottle.probe' } as const;

/** The bottle an object belongs to. */
export interface Identity {
  readonly slug: string;
  readonly home: string;
  /** Random per start, so that a failed start never removes what another one made under the same name. */
  readonly start: string;
}

/** `bot-bottle-<slug>-<role>-<home>`: the name of a container or volume. Another home at the engine may have the same slug. */
export function objectName({ slug, home }: Pick<Identity, 'slug' | 'home'>, role: Role): string {
  return `bot-bottle-${slug}-${role}-${home.slice(0, 6)}`;
}

/** The labels of one object. */
export function labelsOf(identity: Identity, role: Role): Record<string, string> {
  return { [labels.slug]: identity.slug, [labels.home]: identity.home, [labels.role]: role, [labels.start]: identity.start };
}

/** A filter for the engine's lists: all these labels must match. */
export function labelFilter(wanted: Readonly<Record<string, string>>): { label: string[] } {
  return { label: Object.entries(wanted).map(([name, value]) => `${name}=${value}`) };
}
