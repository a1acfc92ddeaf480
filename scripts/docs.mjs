#!/usr/bin/env node
// Writes what docs/manifests.md lists from the schema of manifests. A test fails when the document is not current.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPure } from './build/schemas.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, 'docs/manifests.md');
const { withKeyTables } = await loadPure(root, 'schemas/manifest/keyDocument.ts');
writeFileSync(`${file}.part`, withKeyTables(readFileSync(file, 'utf8')));
renameSync(`${file}.part`, file);
