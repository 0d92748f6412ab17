// Loaded before libc: writes down what a process does to the files below a folder, in the order in which it does it, with the
// bytes. RECORDER_ROOT is the folder, RECORDER_LOG the file. What goes to standard output is in the log too, as a mark of what
// was promised by then.
//
// A record: 7 numbers of 64 bits (kind, inode, offset, result, and the lengths of two paths and of the data), then those three.
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
#include <sys/uio.h>
#include <unistd.h>

enum { CREATE = 1, WRITE, TRUNCATE, SYNC, RENAME, MAKE, DELETE, MARK, UNKNOWN };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;
static char root[PATH_MAX];
static size_t root_length;

static void *(*real_dlsym)(void *, const char *);

static void *next(const char *name)
{
    if (!real_dlsym)
    {
        real_dlsym = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
        if (!real_dlsym) real_dlsym = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
    }
    return real_dlsym(RTLD_NEXT, name);
}

// Only around what is recorded: other calls may wait for another thread, as opening a pipe does.
static void begin(void) { pthread_mutex_lock(&lock); }

__attribute__((constructor)) static void prepare(void)
{
    const char *folder = getenv("RECORDER_ROOT"), *file = getenv("RECORDER_LOG");
    if (!folder || !file) abort();
    root_length = strlen(strncpy(root, folder, sizeof root - 1));
    log_file = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_file < 0) abort();
}

static void end(void)
{
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
}

static int inside(const char *path) { return root_length && strncmp(path, root, root_length) == 0 && path[root_length] == '/'; }

// The path from the file system's root. Names here have no links in them.
static const char *absolute(const char *path, char *into)
{
    if (path[0] == '/') return path;
    if (!getcwd(into, PATH_MAX)) abort();
    size_t length = strlen(into);
    snprintf(into + length, PATH_MAX - length, "/%s", path);
    return into;
}

static const char *path_of(int file, char *into)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, into, PATH_MAX - 1);
    into[length < 0 ? 0 : length] = 0;
    return into;
}

static uint64_t inode(int file)
{
    struct stat facts;
    return fstat(file, &facts) == 0 ? facts.st_ino : 0;
}

static void note(int kind, uint64_t node, int64_t offset, int64_t result, const char *a, const char *b, const void *data,
    size_t length)
{
    int error = errno;
    uint64_t head[7] = { kind, node, offset, result, a ? strlen(a) : 0, b ? strlen(b) : 0, data ? length : 0 };
    struct iovec parts[4] = { { head, sizeof head }, { (void *)a, head[4] }, { (void *)b, head[5] }, { (void *)data, head[6] } };
    if (syscall(SYS_writev, log_file, parts, 4) < 0) abort();
    errno = error;
}

static int record_open(const char *path, int flags, mode_t mode)
{
    char full[PATH_MAX];
    const char *name = absolute(path, full);
    if (!inside(name) || (flags & O_ACCMODE) == O_RDONLY) return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    begin();
    int fresh = syscall(SYS_access, name, F_OK) != 0;
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (file >= 0 && fresh) note(CREATE, inode(file), 0, 0, name, 0, 0, 0);
    else if (file >= 0 && flags & O_TRUNC) note(TRUNCATE, inode(file), 0, 0, name, 0, 0, 0);
    end();
    return file;
}

#define OPEN(name)                                        \
    int name(const char *path, int flags, ...)            \
    {                                                     \
        va_list more;                                     \
        va_start(more, flags);                            \
        mode_t mode = flags & O_CREAT ? va_arg(more, int) : 0; \
        va_end(more);                                     \
        return record_open(path, flags, mode);            \
    }
OPEN(open)
OPEN(open64)

static int watched(int file)
{
    char full[PATH_MAX];
    return file == 1 || (file > 2 && root_length && inside(path_of(file, full)));
}

static void wrote(int file, const void *data, ssize_t count, int64_t offset)
{
    char full[PATH_MAX];
    if (count <= 0) return;
    if (file == 1) note(MARK, 0, 0, 0, 0, 0, data, count);
    else if (file > 2 && inside(path_of(file, full))) note(WRITE, inode(file), offset, count, full, 0, data, count);
}

ssize_t write(int file, const void *data, size_t count)
{
    if (!watched(file)) return syscall(SYS_write, file, data, count);
    begin();
    ssize_t done = syscall(SYS_write, file, data, count);
    wrote(file, data, done, file > 2 ? syscall(SYS_lseek, file, 0, SEEK_CUR) - done : 0);
    end();
    return done;
}

static ssize_t record_pwrite(int file, const void *data, size_t count, off_t offset)
{
    if (!watched(file)) return syscall(SYS_pwrite64, file, data, count, offset);
    begin();
    ssize_t done = syscall(SYS_pwrite64, file, data, count, offset);
    wrote(file, data, done, offset);
    end();
    return done;
}

ssize_t pwrite(int file, const void *data, size_t count, off_t offset) { return record_pwrite(file, data, count, offset); }
ssize_t pwrite64(int file, const void *data, size_t count, off_t offset) { return record_pwrite(file, data, count, offset); }

static ssize_t record_pwritev(int file, const struct iovec *parts, int count, off_t offset)
{
    if (!watched(file)) return syscall(SYS_pwritev, file, parts, count, offset, 0);
    begin();
    ssize_t done = syscall(SYS_pwritev, file, parts, count, offset, 0), left = done;
    for (int i = 0; i < count && left > 0; i++)
    {
        ssize_t part = (ssize_t)parts[i].iov_len < left ? (ssize_t)parts[i].iov_len : left;
        wrote(file, parts[i].iov_base, part, offset + (done - left));
        left -= part;
    }
    end();
    return done;
}

ssize_t pwritev(int f, const struct iovec *parts, int count, off_t offset) { return record_pwritev(f, parts, count, offset); }
ssize_t pwritev64(int f, const struct iovec *parts, int count, off_t offset) { return record_pwritev(f, parts, count, offset); }

static int record_truncate(int file, off_t length)
{
    char full[PATH_MAX];
    begin();
    int result = (int)syscall(SYS_ftruncate, file, length);
    if (result == 0 && inside(path_of(file, full))) note(TRUNCATE, inode(file), length, 0, full, 0, 0, 0);
    end();
    return result;
}

int ftruncate(int file, off_t length) { return record_truncate(file, length); }
int ftruncate64(int file, off_t length) { return record_truncate(file, length); }

static int record_sync(int call, int file)
{
    char full[PATH_MAX];
    begin();
    int result = (int)syscall(call, file);
    path_of(file, full);
    if (result == 0 && (inside(full) || strcmp(full, root) == 0)) note(SYNC, inode(file), 0, 0, full, 0, 0, 0);
    end();
    return result;
}

int fsync(int file) { return record_sync(SYS_fsync, file); }
int fdatasync(int file) { return record_sync(SYS_fdatasync, file); }

static int record_name(int kind, int result, const char *a, const char *b)
{
    char one[PATH_MAX], two[PATH_MAX];
    const char *from = absolute(a, one), *to = b ? absolute(b, two) : 0;
    if (result == 0 && (inside(from) || (to && inside(to)))) note(kind, 0, 0, 0, from, to, 0, 0);
    end();
    return result;
}

int rename(const char *a, const char *b) { begin(); return record_name(RENAME, (int)syscall(SYS_rename, a, b), a, b); }
int mkdir(const char *a, mode_t mode) { begin(); return record_name(MAKE, (int)syscall(SYS_mkdir, a, mode), a, 0); }
int unlink(const char *a) { begin(); return record_name(DELETE, (int)syscall(SYS_unlink, a), a, 0); }
int rmdir(const char *a) { begin(); return record_name(DELETE, (int)syscall(SYS_rmdir, a), a, 0); }

// Nothing of ours calls these; one that did would be missing from the log without this.
int link(const char *a, const char *b) { begin(); return record_name(UNKNOWN, (int)syscall(SYS_link, a, b), a, b); }

// .NET looks up what is imported from "libc" there, and not here first.
void *dlsym(void *handle, const char *name)
{
    if (strcmp(name, "fsync") == 0) return fsync;
    if (!real_dlsym) next("dlsym");
    return real_dlsym(handle, name);
}
