import { writeFileSync } from 'node:fs';

/** Where this reporter writes: the value of this variable, a path. */
export const outcomeVariable = 'BOT_BOTTLE_TEST_OUTCOME';

/**
 * A vitest reporter for `tally.mjs`: what became of each test, with the reason of each failure. Unlike vitest's own JSON it
 * keeps what a hook of a group threw, without which nobody learns from a log why that group was left out.
 */
export default class OutcomeReporter {
  onTestRunEnd(modules, unhandled) {
    const files = modules.map((module) => ({
      name: module.moduleId,
      tests: [...module.children.allTests()].map((test) => ({ name: test.fullName, state: test.result().state, errors: messagesOf(test.result().errors) })),
      broken: [module, ...module.children.allSuites()].filter((group) => group.errors().length > 0).map((group) => ({ name: group.fullName ?? '', errors: messagesOf(group.errors()) })),
    }));
    writeFileSync(process.env[outcomeVariable], JSON.stringify({ files, unhandled: messagesOf(unhandled) }));
  }
}

const messagesOf = (errors) => (errors ?? []).map(({ name, message }) => `${name ?? 'Error'}: ${message}`);
