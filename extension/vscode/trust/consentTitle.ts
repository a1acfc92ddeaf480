/** The tab of a consent diff. */
export function consentTitle(agent: string, first: boolean): string {
  return first ? `${agent} (new to you)` : `${agent} (agreed to ↔ now)`;
}
