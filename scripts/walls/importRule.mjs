import { dirname, relative, resolve, sep } from 'node:path';

const inside = (path, folder) => path === folder || path.startsWith(`${folder}/`);

/**
 * An ESLint rule: a file of a room imports of ours only its own room and what the room may import. `house` is what
 * `rooms(root)` returns. Type imports count too: a room that names another's types depends on it.
 */
export function importRule(root, house) {
  return {
    meta: { type: 'problem', schema: [], messages: { wall: '{{room}} may not import {{path}}: who may is in scripts/walls/rooms.mjs.' } },
    create(context) {
      const file = relative(root, context.filename).split(sep).join('/');
      const home = house.rooms.find(({ room }) => inside(file, room));
      if (home === undefined) return {};
      const check = (source) => {
        if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
        const path = relative(root, resolve(dirname(context.filename), source.value)).split(sep).join('/');
        const ours = house.ours.some((folder) => inside(path, folder));
        const allowed = [home.room, ...home.may].some((folder) => inside(path, folder));
        if (ours && !allowed) context.report({ node: source, messageId: 'wall', data: { room: home.room, path } });
      };
      return {
        ImportDeclaration: (node) => check(node.source),
        ImportExpression: (node) => check(node.source),
        ExportNamedDeclaration: (node) => check(node.source),
        ExportAllDeclaration: (node) => check(node.source),
        TSImportType: (node) => check(node.argument?.literal ?? node.source),
      };
    },
  };
}
