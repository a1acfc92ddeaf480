/* `probe NAME [ARGUMENT...]` prints `done`, an errno name, TIMEOUT or `killed SIGNAL` as its last line. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "probe.h"

int outcome(long returned) { return returned == -1 ? errno : 0; }

static const struct probe *find(const char *name) {
  const struct probe *lists[] = {socket_probes, privilege_probes, kernel_probes, process_probes, load_probes, look_probes};
  for (size_t list = 0; list < sizeof lists / sizeof *lists; list++)
    for (const struct probe *one = lists[list]; one->name; one++)
      if (strcmp(one->name, name) == 0) return one;
  return NULL;
}

static void print(int result) {
  if (result == 0) puts("done");
  else if (result == PROBE_TIMEOUT) puts("TIMEOUT");
  else puts(strerrorname_np(result) ? strerrorname_np(result) : "unknown");
}

int main(int count, char **args) {
  const struct probe *probe = count < 2 ? NULL : find(args[1]);
  if (!probe) {
    fprintf(stderr, "there is no probe %s\n", count < 2 ? "(none named)" : args[1]);
    return 64;
  }
  fflush(stdout);
  /* In a child, because a filter may answer with a signal. */
  pid_t child = fork();
  if (child == -1) {
    perror("fork");
    return 71;
  }
  if (child == 0) {
    print(probe->run(args + 2));
    fflush(stdout);
    _exit(0);
  }
  int status;
  while (waitpid(child, &status, 0) == -1 && errno == EINTR) continue;
  if (WIFSIGNALED(status)) printf("killed %s\n", sigabbrev_np(WTERMSIG(status)));
  return 0;
}
