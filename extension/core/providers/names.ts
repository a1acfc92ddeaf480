/** Coding CLIs that this build can put into a bottle, as `agent_provider.template` names them: those the root composes. */
export const providerNames: readonly string[] = ['claude', 'shell'];
