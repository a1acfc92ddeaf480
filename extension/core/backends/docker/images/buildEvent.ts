import * as z from 'zod';

/** One JSON object of the engine's build output. */
const buildEventSchema = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  id: z.string().optional(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
});

/** A build event in the words of this house. */
export type BuildNews =
  | { readonly kind: 'step'; readonly number: number; readonly of: number; readonly text: string }
  | { readonly kind: 'bytes'; readonly layer: string; readonly current: number }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'nothing' };

/** Understands one event; anything unknown is `nothing`. */
export function readBuildEvent(event: unknown): BuildNews {
  const parsed = buildEventSchema.safeParse(event);
  if (!parsed.success) return { kind: 'nothing' };
  const { stream, error, errorDetail, id, progressDetail } = parsed.data;
  const failure = errorDetail?.message ?? error;
  if (failure !== undefined) return { kind: 'error', text: failure };
  const step = /^Step (\d+)\/(\d+) : (.*)/s.exec(stream ?? '');
  if (step !== null) return { kind: 'step', number: Number(step[1]), of: Number(step[2]), text: (step[3] ?? '').trim() };
  if (stream !== undefined && stream.trim() !== '') return { kind: 'output', text: stream };
  if (id !== undefined && progressDetail?.current !== undefined) return { kind: 'bytes', layer: id, current: progressDetail.current };
  return { kind: 'nothing' };
}
