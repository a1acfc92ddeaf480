import { createHash } from 'node:crypto';
import { extraCaName, type ImageDefinition } from './definition.ts';

/**
 * `bot-bottle-<name>:<hash>`: the hash covers every file of the context with its mode, and the base. Two inputs never
 * share a tag, so a tag that exists is what its name says.
 */
export function imageTag(definition: ImageDefinition, base: string): string {
  const hash = createHash('sha256').update(`${base}\n`);
  // Extra authorities carry the build's downloads, whose content the lock files pin; they do not change the image.
  for (const file of definition.files.filter(({ name }) => name !== extraCaName)) {
    hash.update(`${file.name}\n${file.mode}\n${file.content.length}\n`).update(file.content);
  }
  return `bot-bottle-${definition.name}:${hash.digest('hex').slice(0, 12)}`;
}
