/* Ways out through sockets. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <net/route.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "probe.h"

static const char greeting[] = "GET / HTTP/1.0\r\n\r\n";
static const int patience_ms = 3000;

/* Connects and says something, so that a listener that merely counts bytes notices too. */
static int connect_and_speak(int fd, const struct sockaddr *to, socklen_t length) {
  fcntl(fd, F_SETFL, O_NONBLOCK);
  if (connect(fd, to, length) == -1) {
    if (errno != EINPROGRESS) return errno;
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    if (poll(&wait, 1, patience_ms) == 0) return PROBE_TIMEOUT;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) return error;
  }
  return outcome(send(fd, greeting, sizeof greeting - 1, MSG_NOSIGNAL));
}

/* ADDRESS PORT: an IPv4 or IPv6 literal, perhaps with a zone: fe80::1%lo. Returns the length; 0 when it is neither. */
static socklen_t literal(char **args, struct sockaddr_storage *to) {
  struct sockaddr_in *four = (struct sockaddr_in *)to;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)to;
  char text[64];
  snprintf(text, sizeof text, "%s", args[0]);
  char *zone = strchr(text, '%');
  if (zone) *zone++ = 0;
  memset(to, 0, sizeof *to);
  if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(atoi(args[1]));
    return sizeof *four;
  }
  if (inet_pton(AF_INET6, text, &six->sin6_addr) != 1) return 0;
  six->sin6_family = AF_INET6;
  six->sin6_port = htons(atoi(args[1]));
  six->sin6_scope_id = zone ? if_nametoindex(zone) : 0;
  return sizeof *six;
}

static int tcp(char **args) {
  struct sockaddr_storage to;
  socklen_t length = literal(args, &to);
  if (length == 0) return EINVAL;
  int fd = socket(to.ss_family, SOCK_STREAM, 0);
  return fd == -1 ? errno : connect_and_speak(fd, (struct sockaddr *)&to, length);
}

static int udp(char **args) {
  struct sockaddr_storage to;
  socklen_t length = literal(args, &to);
  if (length == 0) return EINVAL;
  int fd = socket(to.ss_family, SOCK_DGRAM, 0);
  return fd == -1 ? errno : outcome(sendto(fd, greeting, sizeof greeting - 1, 0, (struct sockaddr *)&to, length));
}

/* NAME below the folder tree, or as the exact bytes of an abstract name. */
static int unix_socket(const char *name, int abstract, int type) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  size_t size = strlen(name);
  if (size + 1 > sizeof to.sun_path) return ENAMETOOLONG;
  memcpy(to.sun_path + abstract, name, size);
  int fd = socket(AF_UNIX, type, 0);
  if (fd == -1) return errno;
  /* One byte more either way: the zero before an abstract name, or the one behind a path. */
  return connect_and_speak(fd, (struct sockaddr *)&to, offsetof(struct sockaddr_un, sun_path) + size + 1);
}

static int unix_path(char **args) {
  int stream = unix_socket(args[0], 0, SOCK_STREAM);
  return stream == EPROTOTYPE ? unix_socket(args[0], 0, SOCK_DGRAM) : stream;
}

static int unix_abstract(char **args) { return unix_socket(args[0], 1, SOCK_STREAM); }

/* FAMILY TYPE PROTOCOL as numbers. */
static int open_socket(char **args) { return outcome(socket(atoi(args[0]), atoi(args[1]), atoi(args[2]))); }

/* CID PORT: 2 is the host of a virtual machine, 1 the machine itself. */
static int vsock(char **args) {
  struct sockaddr_vm to = {.svm_family = AF_VSOCK, .svm_cid = strtoul(args[0], NULL, 10), .svm_port = strtoul(args[1], NULL, 10)};
  int fd = socket(AF_VSOCK, SOCK_STREAM, 0);
  return fd == -1 ? errno : connect_and_speak(fd, (struct sockaddr *)&to, sizeof to);
}

static int add_address(char **args) {
  (void)args;
  struct ifreq request = {.ifr_name = "lo"};
  struct sockaddr_in *address = (struct sockaddr_in *)&request.ifr_addr;
  address->sin_family = AF_INET;
  inet_pton(AF_INET, "192.0.2.77", &address->sin_addr);
  return outcome(ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFADDR, &request));
}

static int add_route(char **args) {
  (void)args;
  struct rtentry route = {.rt_flags = RTF_UP, .rt_dev = "lo"};
  route.rt_dst.sa_family = route.rt_genmask.sa_family = AF_INET;
  return outcome(ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCADDRT, &route));
}

static int take_lo_down(char **args) {
  (void)args;
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = 0};
  return outcome(ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &request));
}

static int open_tun(char **args) {
  (void)args;
  int fd = open("/dev/net/tun", O_RDWR);
  return outcome(fd);
}

const struct probe socket_probes[] = {
    {"tcp", tcp},
    {"udp", udp},
    {"unix", unix_path},
    {"abstract", unix_abstract},
    {"socket", open_socket},
    {"vsock", vsock},
    {"add-address", add_address},
    {"add-route", add_route},
    {"take-lo-down", take_lo_down},
    {"open-tun", open_tun},
    {0},
};
