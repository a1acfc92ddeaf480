import type { DoctorCheck } from '../../../schemas/protocol/bottle.ts';
import { backendNames } from '../ids.ts';

/** Whether at least one backend passed all of its own checks (`<backend>.<check>`), whatever else is wrong. */
export function machineReady(checks: readonly DoctorCheck[]): boolean {
  return backendNames.some((backend) => {
    const own = checks.filter((check) => check.id === backend || check.id.startsWith(`${backend}.`));
    return own.length > 0 && own.every((check) => check.ok);
  });
}
