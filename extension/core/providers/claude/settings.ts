import type { Color } from '../../../../schemas/protocol/bottle.ts';
import type { GuestFile } from '../../backends/backend.ts';
import type { ProviderRequest } from '../provider.ts';

const ansi: Record<Color, number> = { red: 91, green: 92, yellow: 93, blue: 94, magenta: 95 };

/**
 * The files that let Claude Code start without onboarding, trust or permission question, and show whose bottle this
 * is. Keys as measured with 2.1.329: `hasCompletedOnboarding`, `hasTrustDialogAccepted` per absolute folder,
 * `skipDangerousModePermissionPrompt`, `customApiKeyResponses` (last 20 characters of the key).
 */
export function claudeFiles(request: ProviderRequest, placeholderKey: string | null): GuestFile[] {
  const home = request.guestHome;
  const trusted = { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true };
  const config = {
    hasCompletedOnboarding: true,
    bypassPermissionsModeAccepted: true,
    projects: { [request.guestWorkspace]: trusted, [home]: trusted },
    ...(placeholderKey === null ? {} : { customApiKeyResponses: { approved: [placeholderKey.slice(-20)], rejected: [] } }),
  };
  const settings = {
    skipDangerousModePermissionPrompt: true,
    theme: 'dark',
    statusLine: { type: 'command', command: `${home}/.claude/statusline.sh` },
  };
  return [
    json(`${home}/.claude.json`, config),
    json(`${home}/.claude/settings.json`, settings),
    { path: `${home}/.claude/statusline.sh`, mode: 0o755, content: statusLine(request.label, request.color) },
    ...promptFile(request),
  ];
}

/** Where the agent's own instructions lie, for `--append-system-prompt-file`. */
export function claudePromptPath(request: ProviderRequest): string {
  return `${request.guestHome}/.bot-bottle-prompt.txt`;
}

function promptFile(request: ProviderRequest): GuestFile[] {
  if (request.agent.prompt === '') return [];
  return [{ path: claudePromptPath(request), mode: 0o600, content: `${request.agent.prompt}\n` }];
}

/** Prints the label in the bottle's colour. The label is shell-quoted: it is the person's text, but still text. */
function statusLine(label: string, color: Color | null): string {
  const quoted = `'${label.replaceAll("'", `'\\''`)}'`;
  const paint = color === null ? `printf '%s\\n' ${quoted}` : `printf '\\033[${ansi[color]}m%s\\033[0m\\n' ${quoted}`;
  return `#!/bin/sh\ncat >/dev/null\n${paint}\n`;
}

function json(path: string, value: unknown): GuestFile {
  return { path, mode: 0o600, content: `${JSON.stringify(value, null, 2)}\n` };
}
