/** Most links of a chain of causes that are worth reading. */
const longest = 8;

/** The sentences behind an error, outermost first: for the log, where a person looks for the why. */
export function causes(thrown: unknown): readonly string[] {
  const found: string[] = [];
  for (let error = thrown; error instanceof Error && error.cause !== undefined && found.length < longest; error = error.cause) {
    found.push(error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : String(error.cause));
  }
  return found;
}
