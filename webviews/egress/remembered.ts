import * as z from 'zod';
import { panelFilterSchema } from '../../schemas/protocol/egressPanel.ts';
import { emptyState } from './state.ts';
import type { PanelState } from './state.ts';

const schema = z.object({ filter: panelFilterSchema, follow: z.boolean() });

/** What outlives the page: how the person looks at the log, never its content. */
export function toRemember(state: PanelState): z.infer<typeof schema> {
  return { filter: state.filter, follow: state.follow };
}

/** The first state of a page, as it was left. */
export function fromRemembered(value: unknown): PanelState {
  return { ...emptyState, ...schema.safeParse(value).data };
}
