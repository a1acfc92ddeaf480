import { blanked } from '../../core/templates/blanks.ts';
import { createManifest, manifestPath } from '../../core/templates/create.ts';
import { type TemplateName, agentTemplate, templates } from '../../core/templates/templates.ts';

/** Writes a template's two files where they do not exist. Returns the bottle's path and what was written. */
export async function writeStarter(home: string, name: TemplateName): Promise<{ readonly bottle: string; readonly written: readonly string[] }> {
  const bottle = manifestPath(home, 'bottles', name);
  const files = [
    { path: bottle, text: templates[name].bottle },
    { path: manifestPath(home, 'agents', name), text: agentTemplate(name, templates[name].prompt) },
  ];
  const written: string[] = [];
  for (const { path, text } of files) if (await createManifest(path, blanked(text).text)) written.push(path);
  return { bottle, written };
}
