/* Taking more than a bottle's share. Every probe stops by itself, so that a fence that fails does not take the machine. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "probe.h"

/* MOST: forks sleepers until refused; prints how many there were. All of them end with it. */
static int count_forks(char **args) {
  int most = atoi(args[0]), made = 0, result = 0;
  pid_t *children = calloc(most, sizeof *children);
  for (; made < most; made++) {
    children[made] = fork();
    if (children[made] == 0) {
      pause();
      _exit(0);
    }
    if (children[made] == -1) {
      result = errno;
      break;
    }
  }
  for (int at = 0; at < made; at++) kill(children[at], SIGKILL);
  for (int at = 0; at < made; at++) waitpid(children[at], NULL, 0);
  printf("%d\n", made);
  return result;
}

/* MOST SECONDS: every child forks on, as fast as it can, until MOST were made; after SECONDS all of them end. */
static _Noreturn int bomb(char **args) {
  int most = atoi(args[0]);
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  time_t end = now.tv_sec + atoi(args[1]);
  int *made = mmap(NULL, sizeof *made, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGCHLD, SIG_IGN);
  while (now.tv_sec < end) {
    if (__atomic_load_n(made, __ATOMIC_RELAXED) < most && fork() == 0) __atomic_add_fetch(made, 1, __ATOMIC_RELAXED);
    clock_gettime(CLOCK_MONOTONIC, &now);
  }
  _exit(0);
}

/* MEBIBYTES: touches that much memory, page by page. */
static int eat_memory(char **args) {
  size_t wanted = strtoul(args[0], NULL, 10), step = 16u << 20;
  for (size_t eaten = 0; eaten < wanted << 20; eaten += step) {
    char *room = mmap(NULL, step, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) return errno;
    memset(room, 1, step);
  }
  return 0;
}

/* PATH MEBIBYTES: real blocks, no hole. */
static int fill(char **args) {
  signal(SIGXFSZ, SIG_IGN);
  int fd = open(args[0], O_CREAT | O_WRONLY, 0600);
  if (fd == -1) return errno;
  int result = outcome(fallocate(fd, 0, 0, strtoll(args[1], NULL, 10) << 20));
  unlink(args[0]);
  return result;
}

/* PATH MEBIBYTES: one long hole. */
static int stretch(char **args) {
  signal(SIGXFSZ, SIG_IGN);
  int fd = open(args[0], O_CREAT | O_WRONLY, 0600);
  if (fd == -1) return errno;
  int result = outcome(ftruncate(fd, strtoll(args[1], NULL, 10) << 20));
  unlink(args[0]);
  return result;
}

static int raise_limits(char **args) {
  (void)args;
  struct rlimit core = {RLIM_INFINITY, RLIM_INFINITY};
  return outcome(setrlimit(RLIMIT_CORE, &core));
}

/* COUNT: that many CONNECTs at once through the proxy; prints how many were answered and how many were cut off. */
static int flood(char **args) {
  static const char request[] = "CONNECT flood.invalid:443 HTTP/1.1\r\nHost: flood.invalid:443\r\n\r\n";
  int count = atoi(args[0]), open = 0, answered = 0, cut = 0;
  struct rlimit files = {count + 64, count + 64}, hard;
  getrlimit(RLIMIT_NOFILE, &hard);
  if (hard.rlim_max != RLIM_INFINITY && (rlim_t)count + 64 > hard.rlim_max) count = (int)hard.rlim_max - 64;
  files.rlim_max = hard.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  struct pollfd *clients = calloc(count, sizeof *clients);
  struct sockaddr_in proxy = {.sin_family = AF_INET, .sin_port = htons(9099), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  for (int at = 0; at < count; at++) {
    clients[at].fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (clients[at].fd == -1) continue;
    if (connect(clients[at].fd, (struct sockaddr *)&proxy, sizeof proxy) == -1 && errno != EINPROGRESS) {
      close(clients[at].fd);
      clients[at].fd = -1;
      continue;
    }
    clients[at].events = POLLOUT;
    open++;
  }
  for (int idle = 0; open > 0 && idle < 20;) {
    int ready = poll(clients, count, 1000);
    if (ready == 0) idle++;
    for (int at = 0; at < count; at++) {
      if (clients[at].fd < 0 || clients[at].revents == 0) continue;
      if (clients[at].events == POLLOUT && (clients[at].revents & POLLOUT)) {
        send(clients[at].fd, request, sizeof request - 1, MSG_NOSIGNAL);
        clients[at].events = POLLIN;
        continue;
      }
      char byte;
      if (recv(clients[at].fd, &byte, 1, 0) == 1) answered++;
      else cut++;
      close(clients[at].fd);
      clients[at].fd = -1;
      open--;
    }
  }
  printf("asked %d answered %d cut %d left %d\n", count, answered, cut, open);
  return 0;
}

/* What the kernel counts by user. Each takes one more and returns -1 when refused. */
static int take_instance(int at) {
  (void)at;
  return inotify_init1(IN_CLOEXEC);
}

static int take_watch(int at) {
  static int instance = -1;
  if (at == 0) instance = inotify_init1(IN_CLOEXEC);
  /* Of its own: a watch goes with the last name of its file. */
  char path[64];
  snprintf(path, sizeof path, "/tmp/watched-%d", at);
  close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  int watch = inotify_add_watch(instance, path, IN_MODIFY);
  return watch;
}

static int take_signal(int at) {
  static sigset_t queued;
  sigemptyset(&queued);
  sigaddset(&queued, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &queued, NULL);
  return sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = at});
}

static int take_queue(int at) {
  char name[64];
  struct mq_attr small = {.mq_maxmsg = 1, .mq_msgsize = 8192};
  snprintf(name, sizeof name, "/probe-%d-%d", getpid(), at);
  mqd_t queue = mq_open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0600, &small);
  /* An open queue counts without its name. */
  if (queue != (mqd_t)-1) mq_unlink(name);
  return queue;
}

/* KIND MOST: takes until refused and prints how many there were, then keeps them until its input ends. */
static int take(char **args) {
  static const struct {
    const char *name;
    int (*one)(int at);
  } kinds[] = {{"instances", take_instance}, {"watches", take_watch}, {"signals", take_signal}, {"queues", take_queue}};
  int most = atoi(args[1]), taken = 0, result = 0;
  for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
    if (strcmp(kinds[kind].name, args[0]) != 0) continue;
    while (taken < most && kinds[kind].one(taken) != -1) taken++;
    result = taken < most ? errno : 0;
  }
  printf("%d\n", taken);
  fflush(stdout);
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
  return result;
}

const struct probe load_probes[] = {
    {"forks", count_forks},
    {"bomb", bomb},
    {"memory", eat_memory},
    {"fill", fill},
    {"stretch", stretch},
    {"raise-core", raise_limits},
    {"flood", flood},
    {"take", take},
    {0},
};
