#include "fault_vfs.h"

#include <sqlite3.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

typedef struct {
    sqlite3_file base;
    // The system's file, as long as its VFS says, follows in the same memory.
    sqlite3_int64 real[1];
} File;

#define REAL(file) ((sqlite3_file *)((File *)(file))->real)
#define METHODS(file) REAL(file)->pMethods

static sqlite3_vfs *system_vfs;
static sqlite3_vfs vfs;
static sqlite3_io_methods methods;

static _Thread_local int syncs_left = -1;
static _Thread_local int writes_left = -1;
static _Thread_local int write_code = SQLITE_OK;
static _Thread_local void (*checkpoint_hook)(void *);
static _Thread_local void *checkpoint_context;

void fault_vfs_fail_sync(int after) { syncs_left = after; }

void fault_vfs_fail_write(int after, int code) {
    writes_left = after;
    write_code = code;
}

void fault_vfs_on_checkpoint(void (*hook)(void *), void *context) {
    checkpoint_hook = hook;
    checkpoint_context = context;
}

/// Counts down to 0 and stays there; true once it is there.
static int is_due(int *left) {
    if (*left < 0) return 0;
    if (*left == 0) return 1;
    *left -= 1;
    return 0;
}

static int file_close(sqlite3_file *f) { return METHODS(f)->xClose(REAL(f)); }
static int file_read(sqlite3_file *f, void *p, int n, sqlite3_int64 o) { return METHODS(f)->xRead(REAL(f), p, n, o); }

static int file_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 o) {
    if (is_due(&writes_left)) return write_code;
    return METHODS(f)->xWrite(REAL(f), p, n, o);
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 n) { return METHODS(f)->xTruncate(REAL(f), n); }

static int file_sync(sqlite3_file *f, int flags) {
    if (is_due(&syncs_left)) return SQLITE_IOERR_FSYNC;
    return METHODS(f)->xSync(REAL(f), flags);
}

static int file_size(sqlite3_file *f, sqlite3_int64 *n) { return METHODS(f)->xFileSize(REAL(f), n); }
static int file_lock(sqlite3_file *f, int l) { return METHODS(f)->xLock(REAL(f), l); }
static int file_unlock(sqlite3_file *f, int l) { return METHODS(f)->xUnlock(REAL(f), l); }
static int file_check(sqlite3_file *f, int *r) { return METHODS(f)->xCheckReservedLock(REAL(f), r); }
static int file_control(sqlite3_file *f, int o, void *a) { return METHODS(f)->xFileControl(REAL(f), o, a); }
static int file_sector(sqlite3_file *f) { return METHODS(f)->xSectorSize(REAL(f)); }
static int file_device(sqlite3_file *f) { return METHODS(f)->xDeviceCharacteristics(REAL(f)); }

static int file_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **p) {
    return METHODS(f)->xShmMap(REAL(f), page, size, extend, p);
}

static int file_shm_lock(sqlite3_file *f, int o, int n, int flags) { return METHODS(f)->xShmLock(REAL(f), o, n, flags); }
static void file_shm_barrier(sqlite3_file *f) { METHODS(f)->xShmBarrier(REAL(f)); }
static int file_shm_unmap(sqlite3_file *f, int d) { return METHODS(f)->xShmUnmap(REAL(f), d); }
static int file_fetch(sqlite3_file *f, sqlite3_int64 o, int n, void **p) { return METHODS(f)->xFetch(REAL(f), o, n, p); }

static int file_unfetch(sqlite3_file *f, sqlite3_int64 o, void *p) {
    // A checkpoint drops all mapped pages when it finds a new head in the log: the moment between reading and using it.
    if (o == 0 && p == NULL && checkpoint_hook != NULL) {
        void (*hook)(void *) = checkpoint_hook;
        checkpoint_hook = NULL;
        hook(checkpoint_context);
    }
    return METHODS(f)->xUnfetch(REAL(f), o, p);
}

static int vfs_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags, int *out) {
    (void)v;
    memset(f, 0, (size_t)vfs.szOsFile);
    int code = system_vfs->xOpen(system_vfs, name, REAL(f), flags, out);
    f->pMethods = METHODS(f) != NULL ? &methods : NULL;
    return code;
}

static void make(void) {
    system_vfs = sqlite3_vfs_find(NULL);
    vfs = *system_vfs;
    vfs.zName = "fault";
    vfs.pNext = NULL;
    vfs.szOsFile = (int)offsetof(File, real) + system_vfs->szOsFile;
    vfs.xOpen = vfs_open;
    methods = (sqlite3_io_methods){
        3, file_close, file_read, file_write, file_truncate, file_sync, file_size, file_lock, file_unlock, file_check,
        file_control, file_sector, file_device, file_shm_map, file_shm_lock, file_shm_barrier, file_shm_unmap,
        file_fetch, file_unfetch,
    };
    sqlite3_vfs_register(&vfs, 0);
}

const char *fault_vfs_name(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make);
    return vfs.zName;
}
