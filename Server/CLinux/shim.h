// What Swift cannot call as it stands in the C library: <stdio.h> declares renameat2 for GNU programs only.

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Gives each of two paths on one file system the other's name, in one step. 0, or -1 with errno: EINVAL where the file system cannot, ENOSYS where the
/// kernel cannot.
/// Source: https://man7.org/linux/man-pages/man2/rename.2.html (RENAME_EXCHANGE, which is 1 << 1)
static inline int chancery_exchange_names(const char *left, const char *right)
{
    return (int)syscall(SYS_renameat2, AT_FDCWD, left, AT_FDCWD, right, 1u << 1);
}
