// A disk that remembers: every change to the files below FAULTY_ROOT, in order, into FAULTY_TRACE; and syncs that fail on demand.
//
// Preloaded into a server (LD_PRELOAD). A record of the trace is a header (below) and its bytes: what was written, or a path.
// FAULTY_SYNC="name:n:errno:times": the n-th sync of a file whose path ends in `name` fails with errno, and so do those after it, up
// to `times` failures (0: for ever). What a failed sync should have kept is lost: the kernel forgets it too. Only syncs that have
// something to keep are counted up to the n-th: SQLite syncs its log again before it copies from it, and nothing hangs on that.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct header {
    uint64_t time_ns;   // of the monotonic clock
    uint64_t offset;    // of a write; the length of a truncation
    uint32_t length;    // of the bytes that follow
    uint32_t file;      // number of the file
    uint32_t operation; // one of: o(pen) w(rite) t(runcate) s(ync) f(ailed sync) u(nlink)
    uint32_t unused;
};

enum { FILES = 4096 };
static uint32_t file_of[FILES]; // by descriptor; 0: not ours
static char unsaved[FILES];      // by descriptor: written to since its last sync
static uint32_t files;
static int trace = -1;
static const char *root;
static char failing[64];
static int fail_at, fail_errno, fail_times, syncs, failures;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    root = getenv("FAULTY_ROOT");
    const char *path = getenv("FAULTY_TRACE");
    if (root != NULL && path != NULL)
        trace = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const char *fail = getenv("FAULTY_SYNC");
    if (fail != NULL && sscanf(fail, "%63[^:]:%d:%d:%d", failing, &fail_at, &fail_errno, &fail_times) != 4)
        abort();
    unsetenv("LD_PRELOAD"); // what this process starts has a disk of its own
}

static void note(uint32_t operation, uint32_t file, uint64_t offset, const void *bytes, uint32_t length) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct header head = {(uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec, offset, length, file, operation, 0};
    if (syscall(SYS_write, trace, &head, sizeof head) != (long)sizeof head || (length > 0 && syscall(SYS_write, trace, bytes, length) != (long)length))
        abort();
}

static uint32_t of(int descriptor) { return descriptor >= 0 && descriptor < FILES ? file_of[descriptor] : 0; }

static int ours(const char *path, char *whole) {
    return trace >= 0 && realpath(path, whole) != NULL && strncmp(whole, root, strlen(root)) == 0;
}

static int opened(int descriptor, const char *path) {
    char whole[PATH_MAX];
    if (descriptor >= 0 && descriptor < FILES) {
        pthread_mutex_lock(&lock);
        file_of[descriptor] = 0;
        unsaved[descriptor] = 0;
        if (ours(path, whole)) {
            file_of[descriptor] = ++files;
            note('o', files, 0, whole, (uint32_t)strlen(whole));
        }
        pthread_mutex_unlock(&lock);
    }
    return descriptor;
}

static int mode_of(int flags, va_list more) { return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, int) : 0; }

#define OPENER(name)                                                                                                           \
    int name(const char *path, int flags, ...) {                                                                               \
        va_list more;                                                                                                          \
        va_start(more, flags);                                                                                                 \
        int mode = mode_of(flags, more);                                                                                       \
        va_end(more);                                                                                                          \
        return opened((int)syscall(SYS_openat, AT_FDCWD, path, flags, mode), path);                                            \
    }
OPENER(open)
OPENER(open64)

int close(int descriptor) {
    if (of(descriptor) != 0)
        file_of[descriptor] = 0;
    return (int)syscall(SYS_close, descriptor);
}

static ssize_t put(int descriptor, const void *bytes, size_t length, off_t offset, int placed) {
    uint32_t file = of(descriptor);
    if (file == 0)
        return placed ? syscall(SYS_pwrite64, descriptor, bytes, length, offset) : syscall(SYS_write, descriptor, bytes, length);
    pthread_mutex_lock(&lock);
    off_t at = placed ? offset : (off_t)syscall(SYS_lseek, descriptor, 0, SEEK_CUR);
    ssize_t done = placed ? syscall(SYS_pwrite64, descriptor, bytes, length, offset) : syscall(SYS_write, descriptor, bytes, length);
    int error = errno;
    if (done > 0) {
        unsaved[descriptor] = 1;
        note('w', file, (uint64_t)at, bytes, (uint32_t)done);
    }
    errno = error;
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t write(int descriptor, const void *bytes, size_t length) { return put(descriptor, bytes, length, 0, 0); }
ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) { return put(descriptor, bytes, length, offset, 1); }
ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off_t offset) { return put(descriptor, bytes, length, offset, 1); }

static int cut(int descriptor, off_t length) {
    uint32_t file = of(descriptor);
    pthread_mutex_lock(&lock);
    int done = (int)syscall(SYS_ftruncate, descriptor, length);
    if (done == 0 && file != 0) {
        unsaved[descriptor] = 1;
        note('t', file, (uint64_t)length, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return done;
}
int ftruncate(int descriptor, off_t length) { return cut(descriptor, length); }
int ftruncate64(int descriptor, off_t length) { return cut(descriptor, length); }

// Whether this sync is one of those that fail.
static int fails(int descriptor) {
    char link[64], path[PATH_MAX];
    if (fail_at == 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path);
    size_t name = strlen(failing);
    if (length < (ssize_t)name || strncmp(path + length - name, failing, name) != 0)
        return 0;
    if ((!unsaved[descriptor] && syncs < fail_at) || ++syncs < fail_at)
        return 0;
    return fail_times == 0 || failures++ < fail_times;
}

static int synced(int descriptor, long call) {
    uint32_t file = of(descriptor);
    if (file == 0)
        return (int)syscall(call, descriptor);
    pthread_mutex_lock(&lock);
    int done, failed = fails(descriptor);
    unsaved[descriptor] = 0;
    if (failed) {
        note('f', file, 0, NULL, 0);
        done = -1;
    } else {
        done = (int)syscall(call, descriptor);
        if (done == 0)
            note('s', file, 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    if (failed)
        errno = fail_errno;
    return done;
}
int fsync(int descriptor) { return synced(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synced(descriptor, SYS_fdatasync); }

int unlink(const char *path) {
    char whole[PATH_MAX];
    pthread_mutex_lock(&lock);
    int known = ours(path, whole);
    int done = (int)syscall(SYS_unlink, path);
    int error = errno;
    if (done == 0 && known)
        note('u', 0, 0, whole, (uint32_t)strlen(whole));
    errno = error;
    pthread_mutex_unlock(&lock);
    return done;
}
