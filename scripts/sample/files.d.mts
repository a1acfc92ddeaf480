/** Writes the sample where it does not exist yet, as a git repository when git is there. */
export function writeSample(folder: string): void;
