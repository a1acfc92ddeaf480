import * as z from 'zod';

/** Text with at least one character that is not white space. */
export const filled = z.string().refine((text) => text.trim() !== '', 'must not be empty.');

/** Name of a host environment variable. The message must not show what was found: it may be the secret itself. */
export const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a host variable: letters, digits and _, not starting with a digit. The value itself never belongs in a manifest.');

/** An `http://` or `https://` address with a host. */
export const httpUrl = z.string().regex(/^https?:\/\/[^/\s]+/i, 'must be an absolute http:// or https:// address.');

/** A key that exists only to be refused with a reason. */
export function refusedKey(message: string): z.ZodOptional<z.ZodUndefined> {
  return z.undefined({ error: () => message }).optional().meta({ description: message, refused: true });
}
