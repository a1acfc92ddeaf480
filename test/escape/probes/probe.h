/* A probe tries one thing an agent must not be able to do. It returns 0 when the kernel let it, else an errno. */
#ifndef PROBE_H
#define PROBE_H

struct probe {
  const char *name;
  int (*run)(char **args);
};

/* Each list ends with an entry without a name. */
extern const struct probe socket_probes[];
extern const struct probe privilege_probes[];
extern const struct probe kernel_probes[];
extern const struct probe process_probes[];
extern const struct probe load_probes[];
extern const struct probe look_probes[];

/* A result that is neither success nor an errno, e.g. a connection nobody answered. */
#define PROBE_TIMEOUT 100001

/* The errno of a call that returns -1 on failure, else 0. */
int outcome(long returned);

#endif
