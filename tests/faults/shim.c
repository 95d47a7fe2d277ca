/* Makes the Nth file operation in a folder fail, or the process die there.

   Built and preloaded by `file_operations.py`, which arms it: faults_arm(prefix, nth, error, mode).
   Operations: open for writing, write (whole, or half of it before the fault), sync, rename, unlink, mkdir,
   rmdir, truncate, close of a file written to. Modes: 0 counts, 1 fails once with `error`, 2 fails with `error`
   from there on, as all does for a process that is dead, 3 kills with SIGKILL.
   After `half` bytes written of the fatal write the rest is lost: a torn write. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 65536
static char prefix[4096];
static int nth = -1, count = 0, error = 0, mode = 0;
static char last[64], written[FILES];

void faults_arm(const char *folder, int at, int number, int how) {
    strncpy(prefix, folder, sizeof prefix - 1);
    nth = at, error = number, mode = how, count = 0, last[0] = 0;
}
int faults_count(void) { return count; }
const char *faults_last(void) { return last; }

static int inside(const char *path) {
    if (!prefix[0] || !path) return 0;
    char whole[8192];
    if (path[0] != '/') {
        if (!getcwd(whole, 4096)) return 0;
        strcat(whole, "/");
        strncat(whole, path, 4090);
        path = whole;
    }
    return !strncmp(path, prefix, strlen(prefix));
}
static int descriptor(int fd) { return fd >= 0 && fd < FILES && written[fd]; }

/* Whether this operation is to fail; errno is set then. */
static int fault(const char *name) {
    count++;
    int now = mode && (count == nth || (mode == 2 && count > nth));
    if (!now) return 0;
    if (count == nth) snprintf(last, sizeof last, "%s", name);
    if (mode == 3) kill(getpid(), SIGKILL);
    errno = error;
    return 1;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = dlsym(RTLD_NEXT, name)

#define OPEN(NAME) \
int NAME(const char *path, int flags, ...) { \
    REAL(int, #NAME, const char *, int, ...); \
    va_list list; va_start(list, flags); int bits = va_arg(list, int); va_end(list); \
    int writes = (flags & O_ACCMODE) != O_RDONLY && inside(path); \
    if (writes && fault("open")) return -1; \
    int fd = real(path, flags, bits); \
    if (fd >= 0 && fd < FILES) written[fd] = writes; \
    return fd; \
}
OPEN(open)
OPEN(open64)

#define OPENAT(NAME) \
int NAME(int at, const char *path, int flags, ...) { \
    REAL(int, #NAME, int, const char *, int, ...); \
    va_list list; va_start(list, flags); int bits = va_arg(list, int); va_end(list); \
    int writes = (flags & O_ACCMODE) != O_RDONLY && inside(path); \
    if (writes && fault("open")) return -1; \
    int fd = real(at, path, flags, bits); \
    if (fd >= 0 && fd < FILES) written[fd] = writes; \
    return fd; \
}
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    if (descriptor(fd)) {
        if (mode >= 2 && count + 1 == nth && size > 1) real(fd, data, size / 2); /* torn */
        if (fault("write")) return -1;
    }
    return real(fd, data, size);
}
#define PWRITE(NAME) \
ssize_t NAME(int fd, const void *data, size_t size, off_t place) { \
    REAL(ssize_t, #NAME, int, const void *, size_t, off_t); \
    if (descriptor(fd)) { \
        if (mode >= 2 && count + 1 == nth && size > 1) real(fd, data, size / 2, place); \
        if (fault("write")) return -1; \
    } \
    return real(fd, data, size, place); \
}
PWRITE(pwrite)
PWRITE(pwrite64)
ssize_t writev(int fd, const struct iovec *parts, int n) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    if (descriptor(fd) && fault("write")) return -1;
    return real(fd, parts, n);
}
ssize_t sendfile(int out, int in, off_t *place, size_t size) {
    REAL(ssize_t, "sendfile", int, int, off_t *, size_t);
    if (descriptor(out) && fault("write")) return -1;
    return real(out, in, place, size);
}
int fsync(int fd) {
    REAL(int, "fsync", int);
    char path[64], target[4096] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(path, target, sizeof target - 1);
    if (size > 0 && inside(target) && fault("fsync")) return -1;
    return real(fd);
}
#define TRUNCATE(NAME) \
int NAME(int fd, off_t size) { \
    REAL(int, #NAME, int, off_t); \
    if (descriptor(fd) && fault("truncate")) return -1; \
    return real(fd, size); \
}
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)
int close(int fd) {
    REAL(int, "close", int);
    int ours = descriptor(fd);
    if (ours) written[fd] = 0;
    if (ours && fault("close")) { int kept = errno; real(fd); errno = kept; return -1; }
    return real(fd);
}
int rename(const char *old, const char *new) {
    REAL(int, "rename", const char *, const char *);
    if (inside(new) && fault("rename")) return -1;
    return real(old, new);
}
int renameat(int a, const char *old, int b, const char *new) {
    REAL(int, "renameat", int, const char *, int, const char *);
    if (inside(new) && fault("rename")) return -1;
    return real(a, old, b, new);
}
int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    if (inside(path) && fault("unlink")) return -1;
    return real(path);
}
int unlinkat(int at, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    char link[64], target[4096] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    ssize_t size = at >= 0 ? readlink(link, target, sizeof target - 1) : 0;
    if ((size > 0 ? inside(target) : inside(path)) && fault("unlink")) return -1;
    return real(at, path, flags);
}
int mkdir(const char *path, mode_t bits) {
    REAL(int, "mkdir", const char *, mode_t);
    if (inside(path) && fault("mkdir")) return -1;
    return real(path, bits);
}
int rmdir(const char *path) {
    REAL(int, "rmdir", const char *);
    if (inside(path) && fault("rmdir")) return -1;
    return real(path);
}
