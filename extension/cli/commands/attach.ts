import { joinBottle } from '../attach/join.ts';
import type { Command } from '../command.ts';

export const attach: Command = {
  name: 'attach',
  usage: 'SLUG',
  summary: "Show the agent's terminal. Ctrl-P Ctrl-Q detaches, so does closing the window. Ends with the agent's exit status, 137 when the bottle was stopped, 75 when the connection broke.",
  options: {},
  words: [1, 1],
  takesRest: false,
  run: async (context, args) => joinBottle(context, await context.bottles.running(args.words[0] ?? '')),
};
