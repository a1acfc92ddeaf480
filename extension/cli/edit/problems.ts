import { positionAt } from '../../../schemas/manifest/frontmatter.ts';
import type { FoundManifest } from '../../core/manifests/find.ts';
import type { Language } from '../../core/manifests/language/language.ts';
import type { Context } from '../command.ts';

/** What is wrong with a manifest, alone or together with those it names. */
export interface EditProblem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** An error stops a start. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** What the editor in VS Code knows too, over this home, the current folder and the variables of this environment. */
export function languageHere({ core, io, home }: Context): Language {
  const names = Object.keys(io.env);
  return core.createManifestLanguage(io.env, { roots: () => ({ home, workspaces: [io.cwd] }), variables: async () => names, open: () => undefined });
}

/** The problems that the manifest would have with this text. */
export async function problemsOf(language: Language, { path }: FoundManifest, text: string): Promise<readonly EditProblem[]> {
  const place = language.place(path);
  const findings = place === undefined ? [] : await language.diagnose({ place, text });
  return findings.map(({ range, severity, message }) => ({ path, ...positionAt(text, range.start), severity, message }));
}

/** As compilers print it, so that terminals make a link of it. */
export function problemLine({ path, line, column, severity, message }: EditProblem): string {
  return `${path}:${line}:${column}: ${severity}: ${message}`;
}

/** Whether any of them stops a start. */
export function isBroken(problems: readonly EditProblem[]): boolean {
  return problems.some((one) => one.severity === 'error');
}
