#pragma once

// A SQLite VFS for tests: passes everything on to the system's, and fails or pauses where it is told to.
// All settings belong to the calling thread, so that tests do not disturb each other.

/// The name to open connections with. Registers the VFS at the first call.
const char *fault_vfs_name(void);

/// The fsync after so many more fails with SQLITE_IOERR_FSYNC, and every one after it; negative: none does.
void fault_vfs_fail_sync(int after);

/// The write after so many more fails with this code, and every one after it; negative: none does.
void fault_vfs_fail_write(int after, int code);

/// Calls a function once when the next checkpoint on this thread has read the head of the write-ahead log.
void fault_vfs_on_checkpoint(void (*hook)(void *), void *context);
