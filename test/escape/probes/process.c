/* Other processes, terminals and shared memory. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "probe.h"

static int seize(char **args) { return outcome(ptrace(PTRACE_SEIZE, atoi(args[0]), 0, 0)); }

static int read_memory(char **args) {
  char room[16];
  struct iovec here = {room, sizeof room}, there = {(void *)0x400000, sizeof room};
  return outcome(process_vm_readv(atoi(args[0]), &here, 1, &there, 1, 0));
}

static int open_memory(char **args) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", atoi(args[0]));
  return outcome(open(path, O_RDWR));
}

static int steal_descriptor(char **args) {
  int fd = syscall(SYS_pidfd_open, atoi(args[0]), 0);
  return fd == -1 ? errno : outcome(syscall(SYS_pidfd_getfd, fd, 0, 0));
}

static int signal_process(char **args) { return outcome(kill(atoi(args[0]), 0)); }

/* Types into the terminal that is standard input, as if a person had. */
static int type_into_terminal(char **args) {
  (void)args;
  return outcome(ioctl(0, TIOCSTI, "X"));
}

static int paste_selection(char **args) {
  (void)args;
  char paste = 3; /* TIOCL_PASTESEL */
  return outcome(ioctl(0, TIOCLINUX, &paste));
}

static int take_console(char **args) {
  (void)args;
  return outcome(ioctl(0, TIOCCONS));
}

static int change_discipline(char **args) {
  (void)args;
  int slip = 1;
  return outcome(ioctl(0, TIOCSETD, &slip));
}

/* KEY: finds a System V segment that somebody else made. */
static int find_shared_memory(char **args) { return outcome(shmget(strtol(args[0], NULL, 10), 0, 0)); }
static int make_shared_memory(char **args) {
  int id = shmget(strtol(args[0], NULL, 10), 4096, IPC_CREAT | 0666);
  printf("%d\n", id);
  return outcome(id);
}
static int remove_shared_memory(char **args) { return outcome(shmctl(shmget(strtol(args[0], NULL, 10), 0, 0), IPC_RMID, NULL)); }

/* NAME: a child in its own session that ignores hang-ups and lives until it is killed, under a name to look for. */
static int daemonise(char **args) {
  if (fork() == 0) {
    setsid();
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    if (fork() != 0) _exit(0);
    for (int fd = 0; fd < 3; fd++) close(fd);
    execl("/bin/sleep", args[0], "100000", (char *)NULL);
    _exit(127);
  }
  wait(NULL);
  return 0;
}

static int kill_everything(char **args) {
  (void)args;
  signal(SIGTERM, SIG_IGN);
  return outcome(kill(-1, SIGKILL));
}

const struct probe process_probes[] = {
    {"seize", seize},
    {"read-memory", read_memory},
    {"open-memory", open_memory},
    {"steal-descriptor", steal_descriptor},
    {"signal", signal_process},
    {"tiocsti", type_into_terminal},
    {"tioclinux", paste_selection},
    {"tioccons", take_console},
    {"tiocsetd", change_discipline},
    {"find-shm", find_shared_memory},
    {"make-shm", make_shared_memory},
    {"remove-shm", remove_shared_memory},
    {"daemonise", daemonise},
    {"kill-everything", kill_everything},
    {0},
};
