import type { App } from '../app.ts';
import { openDocument } from '../language/documents.ts';
import { pickFolder } from './folder.ts';
import { askAgent } from './questions.ts';

/** The agent that a button above its manifest means. */
export interface MeantAgent {
  readonly agent: string;
  /** Its file. */
  readonly path: string;
  /** The workspace folder it comes from; undefined for one of the home folder. */
  readonly folder: string | undefined;
}

/** The agent in a command's argument; undefined where there is none. */
export function meantAgent(argument: unknown): MeantAgent | undefined {
  if (typeof argument !== 'object' || argument === null || !('agent' in argument) || !('path' in argument)) return undefined;
  const { agent, path } = argument;
  if (typeof agent !== 'string' || typeof path !== 'string') return undefined;
  return { agent, path, folder: 'folder' in argument && typeof argument.folder === 'string' ? argument.folder : undefined };
}

/** Which agent shall work on which folder: what is meant, else what the person picks; undefined when given up. */
export async function chooseAgent(app: Pick<App, 'load'>, meant: MeantAgent | undefined): Promise<{ readonly agent: string; readonly workspace: string } | undefined> {
  // A start reads files: what the person sees above the button is what shall start.
  if (meant !== undefined) await openDocument(meant.path)?.save();
  const workspace = meant?.folder ?? (await pickFolder());
  if (workspace === undefined) return undefined;
  if (meant !== undefined) return { agent: meant.agent, workspace };
  const { bottles } = await app.load();
  const agent = await askAgent(bottles, workspace);
  return agent === undefined ? undefined : { agent: agent.name, workspace };
}
