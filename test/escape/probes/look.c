/* Looking round: what can be opened for writing, which descriptors came along, where a string can be read. */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "probe.h"

static int print_writable(const char *path, const struct stat *stat, int kind, struct FTW *place) {
  (void)place;
  /* A process may write about itself. */
  if (kind == FTW_D && strncmp(path, "/proc/", 6) == 0 && isdigit((unsigned char)path[6])) return FTW_SKIP_SUBTREE;
  if (kind == FTW_F && S_ISREG(stat->st_mode)) {
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
    if (fd != -1) {
      printf("writable %s\n", path);
      close(fd);
    }
  }
  return FTW_CONTINUE;
}

/* FOLDER...: every file of it that opens for writing. Nothing is written. */
static int list_writable(char **args) {
  for (; *args; args++) nftw(*args, print_writable, 32, FTW_PHYS | FTW_ACTIONRETVAL);
  return 0;
}

/* [PID]: what every open descriptor is; our own by default, without the one that reads the folder. */
static int list_descriptors(char **args) {
  char folder[64], link[PATH_MAX], target[PATH_MAX];
  snprintf(folder, sizeof folder, "/proc/%s/fd", args[0] ? args[0] : "self");
  DIR *open_folder = opendir(folder);
  if (!open_folder) return errno;
  for (struct dirent *entry; (entry = readdir(open_folder));) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    if (!args[0] && atoi(entry->d_name) == dirfd(open_folder)) continue;
    snprintf(link, sizeof link, "%s/%s", folder, entry->d_name);
    ssize_t size = readlink(link, target, sizeof target - 1);
    printf("descriptor %s %.*s\n", entry->d_name, size < 0 ? 0 : (int)size, target);
  }
  return 0;
}

/* KIND (one letter of the mode: s socket, p pipe, c and b devices): every such file below /, /proc and /sys left out. */
static mode_t wanted_kind;
static int print_kind(const char *path, const struct stat *stat, int kind, struct FTW *place) {
  (void)place;
  if (kind == FTW_D && (strcmp(path, "/proc") == 0 || strcmp(path, "/sys") == 0)) return FTW_SKIP_SUBTREE;
  if ((stat->st_mode & S_IFMT) == wanted_kind) printf("found %s\n", path);
  return FTW_CONTINUE;
}
static int list_kind(char **args) {
  static const struct { char letter; mode_t kind; } kinds[] = {{'s', S_IFSOCK}, {'p', S_IFIFO}, {'c', S_IFCHR}, {'b', S_IFBLK}};
  for (size_t at = 0; at < sizeof kinds / sizeof *kinds; at++)
    if (kinds[at].letter == args[0][0]) wanted_kind = kinds[at].kind;
  nftw("/", print_kind, 32, FTW_PHYS | FTW_ACTIONRETVAL);
  return 0;
}

const struct probe look_probes[] = {
    {"writable", list_writable},
    {"descriptors", list_descriptors},
    {"kind", list_kind},
    {0},
};
