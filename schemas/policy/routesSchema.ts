import * as z from 'zod';
import { authorityKey, parseAuthority } from './host.ts';
import { routeSchema } from './route.ts';

/** 0 nothing, 1 blocked requests, 2 every request. */
export const logLevelSchema = z.union([z.literal(0), z.literal(1), z.literal(2)], { error: 'expected 0 (off), 1 (blocked) or 2 (all)' });
export type LogLevel = z.infer<typeof logLevelSchema>;

/** `egress/routes.yaml`, the body of `http://_egress.local/allowlist`, and what an allow proposal edits. */
export const routesFileSchema = z
  .strictObject({ log: logLevelSchema.default(1), routes: z.array(routeSchema).max(1000).default([]) })
  .superRefine((file, context) => {
    const seen = new Map<string, number>();
    for (const [index, route] of file.routes.entries()) {
      const authority = parseAuthority(route.host, 443);
      if (!authority.ok) continue;
      const key = authorityKey(authority.value);
      const first = seen.get(key);
      if (first === undefined) seen.set(key, index);
      else context.addIssue({ code: 'custom', path: ['routes', index, 'host'], message: `${key} is already routes[${first}]; one route per host` });
    }
  });
export type RoutesFile = z.infer<typeof routesFileSchema>;
