import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Action, Turn } from './script.ts';

const blockSchema = z.looseObject({ type: z.string(), text: z.string().optional(), content: z.unknown().optional() });
const contentSchema = z.union([z.string(), z.array(blockSchema)]);

/** The part of a Messages API request that matters here. */
export const requestSchema = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(z.looseObject({ role: z.string(), content: contentSchema })),
  tools: z.array(z.looseObject({ name: z.string().optional() })).optional(),
});
export type MessagesRequest = z.infer<typeof requestSchema>;

/** The conversation in neutral form. What the CLI adds by itself (`<system-reminder>`) is not the person's prompt. */
export function turnsOf(request: MessagesRequest): Turn[] {
  return request.messages.flatMap(({ role, content }): Turn[] => {
    if (role === 'assistant') return [{ role: 'assistant', text: '' }];
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    const results = blocks.filter((block) => block.type === 'tool_result').map((block): Turn => ({ role: 'toolResult', text: JSON.stringify(block.content ?? '') }));
    const text = blocks.map((block) => (block.type === 'text' ? (block.text ?? '') : '')).filter((part) => part !== '' && !part.startsWith('<system-reminder>')).join('\n');
    return text.trim() === '' ? results : [...results, { role: 'user', text }];
  });
}

/** One server-sent event: its name and its data. */
export type Event = readonly [name: string, data: Readonly<Record<string, unknown>>];

const id = (prefix: string): string => prefix + randomBytes(12).toString('hex');

/** The answer as the one JSON value of a request without `stream`. */
export function wholeAnswer(model: string, action: Action): Readonly<Record<string, unknown>> {
  return { ...envelope(model), content: [blockOf(action)], stop_reason: stopReason(action) };
}

/** The answer as the events of a stream, in the order the API documents them. */
export function streamedAnswer(model: string, action: Action): Event[] {
  const block = blockOf(action);
  const deltas = action.kind === 'tool'
    ? [{ type: 'input_json_delta', partial_json: JSON.stringify(action.input) }]
    : (action.text.match(/[\s\S]{1,16}/gu) ?? ['']).map((text) => ({ type: 'text_delta', text }));
  const empty = action.kind === 'tool' ? { ...block, input: {} } : { type: 'text', text: '' };
  return [
    ['message_start', { message: { ...envelope(model), content: [] } }],
    ['content_block_start', { index: 0, content_block: empty }],
    ...deltas.map((delta): Event => ['content_block_delta', { index: 0, delta }]),
    ['content_block_stop', { index: 0 }],
    ['message_delta', { delta: { stop_reason: stopReason(action), stop_sequence: null }, usage: { output_tokens: 20 } }],
    ['message_stop', {}],
  ];
}

function envelope(model: string): Readonly<Record<string, unknown>> {
  const usage = { input_tokens: 1000, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1, service_tier: 'standard' };
  return { id: id('msg_'), type: 'message', role: 'assistant', model, stop_reason: null, stop_sequence: null, usage };
}

function blockOf(action: Action): Readonly<Record<string, unknown>> {
  if (action.kind === 'say') return { type: 'text', text: action.text };
  return { type: 'tool_use', id: id('toolu_'), name: action.name, input: action.input };
}

function stopReason(action: Action): string {
  return action.kind === 'tool' ? 'tool_use' : 'end_turn';
}
