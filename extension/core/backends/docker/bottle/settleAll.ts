/**
 * Waits until every promise has settled, then gives all values or throws the first error. Nothing is in flight
 * afterwards, so what was created can be found and removed.
 */
export async function settleAll<T extends readonly unknown[]>(work: readonly [...{ [K in keyof T]: Promise<T[K]> }]): Promise<T>;
export async function settleAll<T>(work: readonly Promise<T>[]): Promise<T[]>;
export async function settleAll(work: readonly Promise<unknown>[]): Promise<unknown[]> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.map((result) => (result.status === 'fulfilled' ? result.value : undefined));
}
