import { joinBottle } from '../attach/join.ts';
import type { Command } from '../command.ts';

export const attach: Command = {
  name: 'attach',
  usage: 'SLUG',
  summary: "Show the agent's terminal. Ctrl-P Ctrl-Q detaches, so does closing the window.",
  options: {},
  words: [1, 1],
  takesRest: false,
  run: async (context, args) => joinBottle(context, await context.bottles.running(args.words[0] ?? '')),
};
