/** Processor families a filter can be made for, with the number of a system call on each. */
export type Architecture = 'x64' | 'arm64';

/** A test on the low 32 bits of one argument; the kernel reads no more of those arguments that are tested here. */
export type Condition =
  | { readonly arg: number; readonly op: 'anyBit'; readonly mask: number }
  | { readonly arg: number; readonly op: 'in'; readonly values: readonly number[] }
  | { readonly arg: number; readonly op: 'notIn'; readonly values: readonly number[] };

/** One system call that the agent is refused: always, or when every condition holds. */
export interface SeccompRule {
  readonly name: string;
  /** Number per architecture; undefined where the call does not exist. */
  readonly numbers: Readonly<Record<Architecture, number | undefined>>;
  readonly when: readonly Condition[];
  /** What the call returns instead, as a positive errno. */
  readonly errno: number;
}

const EPERM = 1;
const ENOSYS = 38;

/** The highest system call number anybody has looked at; what comes after it does not exist for the agent. */
export const newestReviewedCall = 466;
export const unknownCallErrno = ENOSYS;

type Entry = readonly [name: string, x64: number | undefined, arm64: number | undefined];

/** Numbers: Linux `asm/unistd_64.h` and `asm-generic/unistd.h`. */
const alwaysDenied: Readonly<Record<string, readonly Entry[]>> = {
  'reading and steering other processes': [
    ['ptrace', 101, 117],
    ['process_vm_readv', 310, 270],
    ['process_vm_writev', 311, 271],
    ['process_madvise', 440, 440],
    ['kcmp', 312, 272],
    ['pidfd_getfd', 438, 438],
  ],
  'large kernel surfaces nobody needs for writing programs': [
    ['bpf', 321, 280],
    ['perf_event_open', 298, 241],
    ['userfaultfd', 323, 282],
    ['io_uring_setup', 425, 425],
    ['io_uring_enter', 426, 426],
    ['io_uring_register', 427, 427],
    ['fanotify_init', 300, 262],
    ['lookup_dcookie', 212, 18],
    ['vhangup', 153, 58],
    ['iopl', 172, undefined],
    ['ioperm', 173, undefined],
    ['modify_ldt', 154, undefined],
  ],
  'steering the machine': [
    ['kexec_load', 246, 104],
    ['kexec_file_load', 320, 294],
    ['init_module', 175, 105],
    ['finit_module', 313, 273],
    ['delete_module', 176, 106],
    ['syslog', 103, 116],
    ['acct', 163, 89],
    ['quotactl', 179, 60],
    ['quotactl_fd', 443, 443],
    ['reboot', 169, 142],
    ['swapon', 167, 224],
    ['swapoff', 168, 225],
    ['settimeofday', 164, 170],
    ['clock_settime', 227, 112],
    ['clock_adjtime', 305, 266],
    ['migrate_pages', 256, 238],
    ['move_pages', 279, 239],
    ['uselib', 134, undefined],
    ['ustat', 136, undefined],
    ['sysfs', 139, undefined],
    ['_sysctl', 156, undefined],
  ],
  'key rings, which no namespace divides': [
    ['add_key', 248, 217],
    ['request_key', 249, 218],
    ['keyctl', 250, 219],
  ],
  'mounts and file handles': [
    ['mount', 165, 40],
    ['umount2', 166, 39],
    ['pivot_root', 155, 41],
    ['chroot', 161, 51],
    ['open_tree', 428, 428],
    ['move_mount', 429, 429],
    ['fsopen', 430, 430],
    ['fsconfig', 431, 431],
    ['fsmount', 432, 432],
    ['fspick', 433, 433],
    ['mount_setattr', 442, 442],
    ['name_to_handle_at', 303, 264],
    ['open_by_handle_at', 304, 265],
  ],
  namespaces: [
    ['unshare', 272, 97],
    ['setns', 308, 268],
    ['sethostname', 170, 161],
    ['setdomainname', 171, 162],
  ],
};

/** `linux/sched.h`: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const namespaceFlags = 0x7e020000;

/** `linux/socket.h`. VSOCK, PACKET, ALG, TIPC, CAN and the rest reach past a network namespace or into old code. */
const allowedFamilies = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10, AF_NETLINK: 16 } as const;
const netlinkRoute = 0;

/** `asm-generic/ioctls.h`: typing into a terminal (TIOCSTI, TIOCLINUX), taking the console, loading line disciplines. */
const terminalIoctls = { TIOCSTI: 0x5412, TIOCLINUX: 0x541c, TIOCCONS: 0x541d, TIOCSETD: 0x5423 } as const;

const notAllowedFamily: Condition = { arg: 0, op: 'notIn', values: Object.values(allowedFamilies) };
const netlinkButNotRoute: readonly Condition[] = [
  { arg: 0, op: 'in', values: [allowedFamilies.AF_NETLINK] },
  { arg: 2, op: 'notIn', values: [netlinkRoute] },
];

const conditional: readonly SeccompRule[] = [
  rule(['clone', 56, 220], EPERM, [{ arg: 0, op: 'anyBit', mask: namespaceFlags }]),
  // Its flags lie behind a pointer, which a filter cannot follow. ENOSYS makes libc fall back to clone.
  rule(['clone3', 435, 435], ENOSYS, []),
  rule(['socket', 41, 198], EPERM, [notAllowedFamily]),
  rule(['socket', 41, 198], EPERM, netlinkButNotRoute),
  rule(['socketpair', 53, 199], EPERM, [notAllowedFamily]),
  rule(['socketpair', 53, 199], EPERM, netlinkButNotRoute),
  rule(['ioctl', 16, 29], EPERM, [{ arg: 1, op: 'in', values: Object.values(terminalIoctls) }]),
];

/** Everything the agent may not ask of the kernel. The bubblewrap filter and the docker profile are both made of it. */
export const seccompRules: readonly SeccompRule[] = [
  ...Object.values(alwaysDenied).flatMap((entries) => entries.map((entry) => rule(entry, EPERM, []))),
  ...conditional,
];

function rule([name, x64, arm64]: Entry, errno: number, when: readonly Condition[]): SeccompRule {
  return { name, numbers: { x64, arm64 }, when, errno };
}
