import * as z from 'zod';
import { conflicts } from './conflicts.ts';
import { report } from './issue.ts';
import { routeSchema } from './route.ts';

/** 0 nothing, 1 blocked requests, 2 every request. */
export const logLevelSchema = z.union([z.literal(0), z.literal(1), z.literal(2)], { error: 'expected 0 (off), 1 (blocked) or 2 (all)' });
export type LogLevel = z.infer<typeof logLevelSchema>;

/** `egress/routes.yaml`, the body of `http://_egress.local/allowlist`, and what an allow proposal edits. */
export const routesFileSchema = z
  .strictObject({ log: logLevelSchema.default(1), routes: z.array(routeSchema).max(1000).default([]) })
  .superRefine((file, context) => {
    for (const mistake of conflicts(file.routes)) report(context, { ...mistake, path: ['routes', ...mistake.path] });
  });
export type RoutesFile = z.infer<typeof routesFileSchema>;
