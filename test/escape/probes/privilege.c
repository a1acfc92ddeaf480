/* Ways to more rights: mounts, namespaces, identities, devices. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include "probe.h"

static int try_mount(char **args) { (void)args; return outcome(mount("none", "/tmp", "tmpfs", 0, "")); }
static int try_bind(char **args) { (void)args; return outcome(mount("/proc", "/tmp", NULL, MS_BIND, NULL)); }
static int try_remount(char **args) { (void)args; return outcome(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL)); }
static int try_umount(char **args) { return outcome(umount2(args[0], MNT_DETACH)); }
static int try_pivot(char **args) { (void)args; return outcome(syscall(SYS_pivot_root, "/tmp", "/tmp")); }
static int try_chroot(char **args) { (void)args; return outcome(chroot("/tmp")); }
static int try_fsopen(char **args) { (void)args; return outcome(syscall(SYS_fsopen, "tmpfs", 0)); }
static int try_open_tree(char **args) { (void)args; return outcome(syscall(SYS_open_tree, AT_FDCWD, "/", 1 /* OPEN_TREE_CLONE */)); }

/* FLAGS in hexadecimal, as in linux/sched.h. */
static int try_unshare(char **args) { return outcome(unshare((int)strtoul(args[0], NULL, 16))); }

static int try_clone(char **args) {
  long child = syscall(SYS_clone, strtoul(args[0], NULL, 16) | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(0);
  return outcome(child);
}

static int try_clone3(char **args) {
  struct clone_args how = {.flags = strtoull(args[0], NULL, 16), .exit_signal = SIGCHLD};
  long child = syscall(SYS_clone3, &how, sizeof how);
  if (child == 0) _exit(0);
  return outcome(child);
}

/* PATH of a namespace file: joins it. */
static int try_setns(char **args) {
  int fd = open(args[0], O_RDONLY);
  return fd == -1 ? errno : outcome(syscall(SYS_setns, fd, 0));
}

static int try_root(char **args) {
  (void)args;
  return outcome(setresuid(0, 0, 0));
}

static int try_groups(char **args) {
  (void)args;
  gid_t root = 0;
  return outcome(setgroups(1, &root));
}

/* PATH: makes the first disk's device node and opens it. */
static int try_disk(char **args) {
  if (mknod(args[0], S_IFBLK | 0600, makedev(254, 0)) == -1) return errno;
  return outcome(open(args[0], O_RDONLY));
}

static int try_char_device(char **args) {
  if (mknod(args[0], S_IFCHR | 0600, makedev(1, 1)) == -1) return errno;
  return outcome(open(args[0], O_RDWR));
}

static int try_ambient(char **args) {
  (void)args;
  return outcome(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21 /* CAP_SYS_ADMIN */, 0, 0));
}

static int print_ids(char **args) {
  (void)args;
  uid_t real, effective, saved;
  getresuid(&real, &effective, &saved);
  printf("uid %u %u %u gid %u\n", real, effective, saved, getegid());
  return 0;
}

/* PATH [MODE]: gives an own file the bits of a set-user-id program. */
static int make_setuid(char **args) { return outcome(chmod(args[0], 06755)); }

const struct probe privilege_probes[] = {
    {"mount", try_mount},
    {"bind", try_bind},
    {"remount-root", try_remount},
    {"umount", try_umount},
    {"pivot-root", try_pivot},
    {"chroot", try_chroot},
    {"fsopen", try_fsopen},
    {"open-tree", try_open_tree},
    {"unshare", try_unshare},
    {"clone", try_clone},
    {"clone3", try_clone3},
    {"setns", try_setns},
    {"become-root", try_root},
    {"join-group-root", try_groups},
    {"disk", try_disk},
    {"char-device", try_char_device},
    {"ambient", try_ambient},
    {"ids", print_ids},
    {"make-setuid", make_setuid},
    {0},
};
