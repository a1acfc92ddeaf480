import { BottleError, toBottleError } from '../errors.ts';
import { type LoadRequest, type LoadedAgent, loadAgent } from '../manifests/load.ts';
import { recommendationsOf } from './recommendations.ts';

/** As `loadAgent`; where the agent's bottle is missing and its folder recommends one, the error says how to look at it. */
export async function loadForStart(request: LoadRequest & { readonly workspace: string }): Promise<LoadedAgent> {
  try {
    return await loadAgent(request);
  } catch (thrown) {
    const error = toBottleError(thrown);
    if (error.code !== 'manifest-missing') throw thrown;
    const { agents, bottles } = await recommendationsOf(request.home, request.workspace);
    const wanted = agents.find((agent) => agent.name === request.name)?.bottle;
    if (!bottles.some((bottle) => bottle.name === wanted && bottle.state === 'absent')) throw thrown;
    throw new BottleError('manifest-missing', error.message, {
      hint: `The folder recommends a bottle of this name. Review it: bot-bottle init --adopt ${wanted}`,
      actions: [{ title: 'Review Recommended Bottle', command: 'botBottle.adoptBottle' }],
      cause: error.cause,
    });
  }
}
