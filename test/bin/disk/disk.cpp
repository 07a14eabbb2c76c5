// A disk that fails: preloaded into a program (LD_PRELOAD), it counts the calls that change files under DISK_UNDER, and
// makes one of them fail. A disk that gets full takes a part of what is written first, and then nothing any more.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <string>

namespace {

std::atomic<int> calls{0}, failing{0}, code{0};
std::atomic<bool> counting{false}, full{false};
std::mutex mutex;
std::string seen;

template <typename F>
F next(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

bool inside(const char* path) {
  static const char* under = getenv("DISK_UNDER");
  // What the TypeScript loader keeps is not ours.
  return under && path && !strncmp(path, under, strlen(under)) && !strstr(path, "/tsx-");
}

bool pathOf(int file, char (&path)[4096]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return false;
  path[length] = 0;
  return inside(path);
}

enum Outcome { works, takesPart, fails };

/** Counts a call, and says what becomes of it. */
Outcome outcomeOf(const char* what, const char* path, bool writes = false) {
  if (!counting) return works;
  const int n = ++calls;
  std::lock_guard<std::mutex> lock(mutex);
  seen += std::string(what) + " " + path + "\n";
  if (failing == 0 || n < failing || (n > failing && !full)) return works;
  if (n == failing && writes && full) return takesPart;
  errno = code;
  return fails;
}

/** The same for an open file. */
Outcome outcomeOf(const char* what, int file, bool writes = false) {
  const int before = errno;
  char path[4096];
  const Outcome outcome = pathOf(file, path) ? outcomeOf(what, path, writes) : works;
  if (outcome != fails) errno = before;
  return outcome;
}

}  // namespace

extern "C" {

/** Begins to count; call `n` fails with `errnum`. On a `full` disk it takes one byte of a write, and all calls after it fail. */
void disk_begin(int n, int errnum, bool isFull) {
  std::lock_guard<std::mutex> lock(mutex);
  calls = 0, failing = n, code = errnum, full = isFull, seen.clear(), counting = true;
}

/** Ends it. A line for each call, `write /the/path`, until the next time. */
const char* disk_end() {
  counting = false;
  std::lock_guard<std::mutex> lock(mutex);
  return seen.c_str();
}

#define WRITES(name, parameters, whole, part)                                            \
  ssize_t name parameters {                                                                            \
    static const auto real = next<ssize_t(*) parameters>(#name);                                       \
    const Outcome outcome = outcomeOf(#name, file, true);                                              \
    return outcome == fails ? -1 : outcome == takesPart ? real part : real whole;                      \
  }
WRITES(write, (int file, const void* bytes, size_t n), (file, bytes, n), (file, bytes, n ? 1 : 0))
WRITES(pwrite, (int file, const void* bytes, size_t n, off_t at), (file, bytes, n, at), (file, bytes, n ? 1 : 0, at))
WRITES(pwrite64, (int file, const void* bytes, size_t n, off64_t at), (file, bytes, n, at), (file, bytes, n ? 1 : 0, at))
WRITES(writev, (int file, const iovec* parts, int n), (file, parts, n), (file, parts, n ? 1 : 0))
WRITES(pwritev, (int file, const iovec* parts, int n, off_t at), (file, parts, n, at), (file, parts, n ? 1 : 0, at))
WRITES(pwritev64, (int file, const iovec* parts, int n, off64_t at), (file, parts, n, at), (file, parts, n ? 1 : 0, at))

#define ON_FILE(name, type, parameters, whole)                                                         \
  type name parameters {                                                                               \
    static const auto real = next<type(*) parameters>(#name);                                          \
    return outcomeOf(#name, file) == fails ? -1 : real whole;                                          \
  }
ON_FILE(fsync, int, (int file), (file))
ON_FILE(fdatasync, int, (int file), (file))
ON_FILE(ftruncate, int, (int file, off_t n), (file, n))
ON_FILE(ftruncate64, int, (int file, off64_t n), (file, n))
ON_FILE(sendfile, ssize_t, (int file, int from, off_t* at, size_t n), (file, from, at, n))
ON_FILE(sendfile64, ssize_t, (int file, int from, off64_t* at, size_t n), (file, from, at, n))
ON_FILE(copy_file_range, ssize_t, (int from, off64_t* at, int file, off64_t* to, size_t n, unsigned flags), (from, at, file, to, n, flags))

#define ON_PATH(name, parameters, whole)                                                               \
  int name parameters {                                                                                \
    static const auto real = next<int(*) parameters>(#name);                                           \
    return inside(path) && outcomeOf(#name, path) == fails ? -1 : real whole;                          \
  }
ON_PATH(rename, (const char* from, const char* path), (from, path))
ON_PATH(link, (const char* from, const char* path), (from, path))
ON_PATH(mkdir, (const char* path, mode_t mode), (path, mode))

char* mkdtemp(char* path) {
  static const auto real = next<char* (*)(char*)>("mkdtemp");
  return inside(path) && outcomeOf("mkdtemp", path) == fails ? nullptr : real(path);
}

#define OPENS(name)                                                                                    \
  int name(const char* path, int flags, ...) {                                                         \
    static const auto real = next<int (*)(const char*, int, ...)>(#name);                              \
    va_list rest;                                                                                      \
    va_start(rest, flags);                                                                             \
    const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;                                    \
    va_end(rest);                                                                                      \
    if ((flags & O_CREAT) && inside(path) && outcomeOf(#name, path) == fails) return -1;               \
    return real(path, flags, mode);                                                                    \
  }
OPENS(open)
OPENS(open64)
}
