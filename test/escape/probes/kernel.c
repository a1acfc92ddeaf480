/* Parts of the kernel no agent needs, and calls in a foreign convention that a filter may have forgotten. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "probe.h"

static int try_io_uring(char **args) {
  (void)args;
  struct io_uring_params how = {0};
  return outcome(syscall(SYS_io_uring_setup, 4, &how));
}

static int try_bpf(char **args) {
  (void)args;
  union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
  return outcome(syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map));
}

static int try_perf(char **args) {
  (void)args;
  struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof event, .exclude_kernel = 1};
  return outcome(syscall(SYS_perf_event_open, &event, 0, -1, -1, 0));
}

static int try_userfaultfd(char **args) {
  (void)args;
  return outcome(syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */));
}

static int try_userfaultfd_device(char **args) {
  (void)args;
  return outcome(open("/dev/userfaultfd", O_RDWR));
}

/* NAME VALUE: leaves a key where another bottle or the host's session could find it. */
static int try_add_key(char **args) { return outcome(syscall(SYS_add_key, "user", args[0], args[1], strlen(args[1]), -4 /* user keyring */)); }

static int try_request_key(char **args) { return outcome(syscall(SYS_request_key, "user", args[0], NULL, -2)); }

static int try_keyctl(char **args) {
  (void)args;
  return outcome(syscall(SYS_keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, -4, 0));
}

static int try_module(char **args) { (void)args; return outcome(syscall(SYS_init_module, "", 0, "")); }
static int try_kexec(char **args) { (void)args; return outcome(syscall(SYS_kexec_load, 0, 0, 0, 0)); }
/* Wrong magic numbers on purpose: a kernel that gets as far as reading them answers EINVAL. */
static int try_reboot(char **args) { (void)args; return outcome(syscall(SYS_reboot, 0, 0, 0, 0)); }
static int try_swapon(char **args) { (void)args; return outcome(syscall(SYS_swapon, "/tmp/none", 0)); }
static int try_hostname(char **args) { return outcome(sethostname(args[0], strlen(args[0]))); }
static int try_kernel_log(char **args) {
  (void)args;
  char line[64];
  return outcome(klogctl(3 /* READ_ALL */, line, sizeof line));
}

static int try_clock(char **args) {
  (void)args;
  struct { long seconds, nanoseconds; } time = {0, -1};
  return outcome(syscall(SYS_clock_settime, 0, &time));
}

static int try_handle(char **args) {
  struct { struct file_handle handle; unsigned char bytes[128]; } room = {.handle.handle_bytes = 128};
  int mount;
  return outcome(name_to_handle_at(AT_FDCWD, args[0], &room.handle, &mount, 0));
}

static int try_open_handle(char **args) {
  (void)args;
  /* Inode 2 is the root folder of an ext4 file system: the classic way out of a container. */
  struct { struct file_handle handle; uint32_t inode[2]; } root = {.handle = {.handle_bytes = 8, .handle_type = 1}, .inode = {2, 0}};
  int mount = open("/", O_RDONLY);
  return outcome(open_by_handle_at(mount, &root.handle, O_RDONLY));
}

#ifdef __x86_64__
/* getpid by the 32-bit gate and by the x32 numbers. */
static int try_int80(char **args) {
  (void)args;
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
  return result < 0 ? (int)-result : 0;
}

static int try_x32(char **args) {
  (void)args;
  return outcome(syscall(0x40000000 | SYS_getpid));
}
#else
static int try_int80(char **args) { (void)args; return ENOSYS; }
static int try_x32(char **args) { (void)args; return ENOSYS; }
#endif

/* NUMBER: a call by number, all arguments zero. */
static int try_number(char **args) { return outcome(syscall(strtol(args[0], NULL, 10), 0, 0, 0, 0, 0, 0)); }

const struct probe kernel_probes[] = {
    {"io-uring", try_io_uring},
    {"bpf", try_bpf},
    {"perf", try_perf},
    {"userfaultfd", try_userfaultfd},
    {"userfaultfd-device", try_userfaultfd_device},
    {"add-key", try_add_key},
    {"request-key", try_request_key},
    {"keyctl", try_keyctl},
    {"module", try_module},
    {"kexec", try_kexec},
    {"reboot", try_reboot},
    {"swapon", try_swapon},
    {"hostname", try_hostname},
    {"kernel-log", try_kernel_log},
    {"clock", try_clock},
    {"name-to-handle", try_handle},
    {"open-by-handle", try_open_handle},
    {"int80", try_int80},
    {"x32", try_x32},
    {"call", try_number},
    {0},
};
