#include "power_cut_disk.h"

#include <string.h>
#include <stdlib.h>
#include <unistd.h>

// The disk of this thread. A connection keeps the one that it was opened on; threads never share a disk.
static _Thread_local power_cut_disk *current;

void power_cut_use(power_cut_disk *disk) { current = disk; }

typedef struct {
    sqlite3_file base;
    power_cut_disk *disk;
    disk_file *file;
    int level;
    int is_journal;
    int deletes;
    int shared_held;
    int exclusive_held;
} open_file;

#define OPEN(f) ((open_file *)(f))

static int file_unlock(sqlite3_file *f, int level);

static int file_close(sqlite3_file *f) {
    open_file *o = OPEN(f);
    file_unlock(f, SQLITE_LOCK_NONE);
    o->file->opened -= 1;
    if (o->deletes && !o->disk->is_frozen) {
        disk_note(o->disk, OPERATION_DELETE, o->file, 0, NULL, 0, 0);
        o->file->exists = 0;
        o->file->length = 0;
    }
    return SQLITE_OK;
}

static int file_read(sqlite3_file *f, void *into, int count, sqlite3_int64 offset) {
    disk_file *file = OPEN(f)->file;
    if (disk_failure(OPEN(f)->disk, POWER_CUT_FAIL_READS) >= 0) return SQLITE_IOERR_READ;
    sqlite3_int64 there = file->length - offset;
    if (there >= count) {
        memcpy(into, file->bytes + offset, (size_t)count);
        return SQLITE_OK;
    }
    if (there < 0) there = 0;
    if (there > 0) memcpy(into, file->bytes + offset, (size_t)there);
    memset((char *)into + there, 0, (size_t)(count - there));
    return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *f, const void *bytes, int count, sqlite3_int64 offset) {
    int failure = disk_failure(OPEN(f)->disk, POWER_CUT_FAIL_WRITES);
    if (failure == POWER_CUT_FAIL_FULL) return SQLITE_FULL;
    if (failure == POWER_CUT_FAIL_SHORT) count /= 2;
    else if (failure >= 0) return SQLITE_IOERR_WRITE;
    disk_note(OPEN(f)->disk, OPERATION_WRITE, OPEN(f)->file, offset, bytes, count, 0);
    disk_write(OPEN(f)->file, offset, bytes, count);
    return failure >= 0 ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 length) {
    int failure = disk_failure(OPEN(f)->disk, POWER_CUT_FAIL_WRITES);
    // A full disk can be made shorter.
    if (failure >= 0 && (failure != POWER_CUT_FAIL_FULL || length > OPEN(f)->file->length)) {
        return failure == POWER_CUT_FAIL_FULL ? SQLITE_FULL : SQLITE_IOERR_TRUNCATE;
    }
    disk_note(OPEN(f)->disk, OPERATION_TRUNCATE, OPEN(f)->file, length, NULL, 0, 0);
    disk_truncate(OPEN(f)->file, length);
    return SQLITE_OK;
}

static int file_sync(sqlite3_file *f, int flags) {
    (void)flags;
    int failure = disk_failure(OPEN(f)->disk, POWER_CUT_FAIL_SYNCS);
    if (failure >= 0) return SQLITE_IOERR_FSYNC;
    int ignored = OPEN(f)->is_journal ? POWER_CUT_IGNORE_JOURNAL_SYNCS : POWER_CUT_IGNORE_DATABASE_SYNCS;
    if ((OPEN(f)->disk->ignored_syncs & ignored) == 0) {
        disk_note(OPEN(f)->disk, OPERATION_SYNC, OPEN(f)->file, 0, NULL, 0, 0);
    }
    return SQLITE_OK;
}

static int file_size(sqlite3_file *f, sqlite3_int64 *length) {
    if (OPEN(f)->disk->is_frozen) return SQLITE_IOERR_FSTAT;
    *length = OPEN(f)->file->length;
    return SQLITE_OK;
}

static int file_lock(sqlite3_file *f, int level) {
    open_file *o = OPEN(f);
    disk_file *file = o->file;
    if (o->level >= level) return SQLITE_OK;
    if (o->level == SQLITE_LOCK_NONE) {
        if (file->pending != NULL || file->exclusive != NULL) return SQLITE_BUSY;
        file->readers += 1;
        o->level = SQLITE_LOCK_SHARED;
    }
    if (level >= SQLITE_LOCK_RESERVED && o->level < SQLITE_LOCK_RESERVED) {
        if (file->reserved != NULL && file->reserved != o) return SQLITE_BUSY;
        file->reserved = o;
        o->level = SQLITE_LOCK_RESERVED;
    }
    if (level >= SQLITE_LOCK_PENDING && o->level < SQLITE_LOCK_EXCLUSIVE) {
        file->pending = o;
        o->level = SQLITE_LOCK_PENDING;
        if (level == SQLITE_LOCK_EXCLUSIVE) {
            if (file->readers > 1) return SQLITE_BUSY;
            file->exclusive = o;
            o->level = SQLITE_LOCK_EXCLUSIVE;
        }
    }
    return SQLITE_OK;
}

static int file_unlock(sqlite3_file *f, int level) {
    open_file *o = OPEN(f);
    disk_file *file = o->file;
    if (o->level <= level) return SQLITE_OK;
    if (file->exclusive == o) file->exclusive = NULL;
    if (file->pending == o) file->pending = NULL;
    if (file->reserved == o) file->reserved = NULL;
    if (level == SQLITE_LOCK_NONE) file->readers -= 1;
    o->level = level;
    return SQLITE_OK;
}

static int file_check_reserved(sqlite3_file *f, int *is_reserved) {
    *is_reserved = OPEN(f)->file->reserved != NULL;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *f, int operation, void *argument) {
    (void)f, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}

// Both as SQLite's own file system says for Linux.
static int file_sector_size(sqlite3_file *f) { return (void)f, 4096; }
static int file_characteristics(sqlite3_file *f) { return (void)f, SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

static int file_shared_map(sqlite3_file *f, int region, int size, int extend, void volatile **memory) {
    disk_file *file = OPEN(f)->file;
    if (region >= SHARED_REGION_LIMIT) return SQLITE_IOERR_SHMMAP;
    if (file->regions[region] == NULL && extend) file->regions[region] = calloc(1, (size_t)size);
    *memory = file->regions[region];
    return SQLITE_OK;
}

static int file_shared_lock(sqlite3_file *f, int offset, int count, int flags) {
    open_file *o = OPEN(f);
    disk_file *file = o->file;
    int mask = ((1 << count) - 1) << offset;
    if (flags & SQLITE_SHM_UNLOCK) {
        for (int i = offset; i < offset + count; i++) {
            if (o->exclusive_held & (1 << i)) file->shared_exclusive[i] = NULL;
            if (o->shared_held & (1 << i)) file->shared_readers[i] -= 1;
        }
        o->exclusive_held &= ~mask;
        o->shared_held &= ~mask;
        return SQLITE_OK;
    }
    for (int i = offset; i < offset + count; i++) {
        if (file->shared_exclusive[i] != NULL && file->shared_exclusive[i] != o) return SQLITE_BUSY;
        int own = (o->shared_held >> i) & 1;
        if ((flags & SQLITE_SHM_EXCLUSIVE) && file->shared_readers[i] > own) return SQLITE_BUSY;
    }
    for (int i = offset; i < offset + count; i++) {
        if (flags & SQLITE_SHM_EXCLUSIVE) {
            file->shared_exclusive[i] = o;
            o->exclusive_held |= 1 << i;
        } else if ((o->shared_held & (1 << i)) == 0) {
            file->shared_readers[i] += 1;
            o->shared_held |= 1 << i;
        }
    }
    return SQLITE_OK;
}

static void file_shared_barrier(sqlite3_file *f) {
    (void)f;
    __sync_synchronize();
}

static int file_shared_unmap(sqlite3_file *f, int deletes) {
    file_shared_lock(f, 0, SHARED_LOCK_COUNT, SQLITE_SHM_UNLOCK);
    if (deletes) disk_drop_shared(OPEN(f)->file);
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    2, file_close, file_read, file_write, file_truncate, file_sync, file_size, file_lock, file_unlock,
    file_check_reserved, file_control, file_sector_size, file_characteristics, file_shared_map, file_shared_lock,
    file_shared_barrier, file_shared_unmap, NULL, NULL,
};

/// A mounted disk, or the thread's.
static power_cut_disk *disk_of(const char *name) {
    power_cut_disk *mounted = name != NULL ? disk_mounted(name) : NULL;
    return mounted != NULL ? mounted : current;
}

static int vfs_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags, int *out) {
    (void)v;
    f->pMethods = NULL;
    power_cut_disk *disk = disk_of(name);
    if (disk == NULL || disk->is_frozen) return SQLITE_CANTOPEN;
    disk_file *file = disk_find(disk, name != NULL ? name : "temporary", (flags & SQLITE_OPEN_CREATE) != 0);
    if (file == NULL) return SQLITE_CANTOPEN;
    if (!file->exists) {
        if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
        file->exists = 1;
        file->length = 0;
        disk_note(disk, OPERATION_CREATE, file, 0, NULL, 0, 0);
    }
    file->opened += 1;
    *OPEN(f) = (open_file){
        .base = {&methods},
        .disk = disk,
        .file = file,
        .is_journal = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL | SQLITE_OPEN_SUPER_JOURNAL)) != 0,
        .deletes = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0,
    };
    if (out != NULL) *out = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *v, const char *name, int syncs_folder) {
    (void)v;
    power_cut_disk *disk = disk_of(name);
    disk_file *file = disk != NULL ? disk_find(disk, name, 0) : NULL;
    if (file == NULL || !file->exists) return SQLITE_IOERR_DELETE_NOENT;
    int failure = disk_failure(disk, POWER_CUT_FAIL_WRITES);
    if (failure >= 0 && failure != POWER_CUT_FAIL_FULL) return SQLITE_IOERR_DELETE;
    disk_note(disk, OPERATION_DELETE, file, 0, NULL, 0, syncs_folder);
    file->exists = 0;
    file->length = 0;
    return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *v, const char *name, int flags, int *result) {
    (void)v, (void)flags;
    power_cut_disk *disk = disk_of(name);
    disk_file *file = disk != NULL ? disk_find(disk, name, 0) : NULL;
    // As SQLite's own: an empty journal is none.
    *result = file != NULL && file->exists && (flags != SQLITE_ACCESS_EXISTS || file->length > 0);
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *v, const char *name, int size, char *out) {
    (void)v;
    if (strlen(name) >= (size_t)size) return SQLITE_CANTOPEN;
    strcpy(out, name);
    return SQLITE_OK;
}

static int vfs_sleep(sqlite3_vfs *v, int microseconds) {
    // Nobody else runs on this disk: waiting changes nothing.
    return (void)v, microseconds;
}

static sqlite3_vfs vfs;

static void make(void) {
    vfs = *sqlite3_vfs_find(NULL);
    vfs.iVersion = 1;
    vfs.szOsFile = sizeof(open_file);
    vfs.zName = "power-cut";
    vfs.pNext = NULL;
    vfs.xOpen = vfs_open;
    vfs.xDelete = vfs_delete;
    vfs.xAccess = vfs_access;
    vfs.xFullPathname = vfs_full_path;
    vfs.xSleep = vfs_sleep;
    sqlite3_vfs_register(&vfs, 0);
}

const char *power_cut_vfs_name(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make);
    return vfs.zName;
}
