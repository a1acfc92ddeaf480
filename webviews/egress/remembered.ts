import * as z from 'zod';
import { panelFilterSchema } from '../../schemas/protocol/egressPanel.ts';
import { emptyState } from './state.ts';
import type { PanelState } from './state.ts';

const schema = z.object({ selected: z.string().nullable(), filter: panelFilterSchema, follow: z.boolean() });

/** What outlives the page: whose log the person looks at and how, never its content. */
export function toRemember(state: PanelState): z.infer<typeof schema> {
  return { selected: state.selected, filter: state.filter, follow: state.follow };
}

/** The first state of a page, as it was left. */
export function fromRemembered(value: unknown): PanelState {
  return { ...emptyState, ...schema.safeParse(value).data };
}
