import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Limits } from '../backend.ts';
import { type Cgroup, planCgroups } from './cgroup.ts';

/** How the limits of a bottle are held on this machine. */
export interface LimitPlan {
  readonly kind: 'control groups' | 'systemd scope' | 'process limits';
  readonly cgroups: readonly Cgroup[];
  /** Put before the command line of the outer namespace. */
  readonly prefix: readonly string[];
  /** Set where only single processes can be bounded. */
  readonly processMemoryBytes?: number;
  /** One sentence: what holds. */
  readonly says: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Root makes control groups; a user's systemd makes them for the user; else rlimits and affinity hold what they can. */
export function planLimits(name: string, limits: Limits, uid: number, env: Environment): LimitPlan {
  const cgroups = planCgroups(name, limits, uid);
  if (cgroups !== undefined) {
    return { kind: 'control groups', cgroups, prefix: [], says: 'Control groups bound processes, memory and processor time of the whole bottle.' };
  }
  if (uid !== 0 && userScopes(uid, env)) {
    return { kind: 'systemd scope', cgroups: [], prefix: scopePrefix(limits), says: "The user's systemd bounds processes, memory and processor time of the whole bottle." };
  }
  return {
    kind: 'process limits',
    cgroups: [],
    prefix: affinityPrefix(limits.cpus),
    processMemoryBytes: limits.memoryBytes,
    says: 'No control group may be used here: the number of processes is bounded for the whole bottle, memory for each process, processors by affinity.',
  };
}

function scopePrefix(limits: Limits): string[] {
  const properties = [`TasksMax=${String(limits.pids + headroom)}`, `MemoryMax=${String(limits.memoryBytes)}`, 'MemorySwapMax=0', `CPUQuota=${String(Math.round(limits.cpus * 100))}%`];
  return ['systemd-run', '--user', '--scope', '--quiet', '--collect', ...properties.flatMap((property) => ['--property', property]), '--'];
}

/** Threads of our own program in the outer namespace, which the agent's limit must not pay for. */
const headroom = 32;

/** Whether the user's manager runs and was given the controllers. */
function userScopes(uid: number, env: Environment): boolean {
  const runtime = env['XDG_RUNTIME_DIR'];
  if (runtime === undefined || !existsSync(join(runtime, 'systemd/private'))) return false;
  const slice = `/sys/fs/cgroup/user.slice/user-${String(uid)}.slice/user@${String(uid)}.service/cgroup.controllers`;
  if (!existsSync(slice)) return false;
  const controllers = readFileSync(slice, 'utf8').trim().split(' ');
  return ['cpu', 'memory', 'pids'].every((controller) => controllers.includes(controller));
}

/** Keeps the bottle on as many of the processors we may use as it was given, rounded up. */
function affinityPrefix(cpus: number): string[] {
  const allowed = allowedProcessors();
  const wanted = Math.max(1, Math.ceil(cpus));
  return wanted >= allowed.length ? [] : ['taskset', '--cpu-list', allowed.slice(0, wanted).join(',')];
}

/** `Cpus_allowed_list` of proc(5): `0-3,8`. */
function allowedProcessors(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
