#pragma once

#include "power_cut_vfs.h"

#include <pthread.h>
#include <sqlite3.h>

enum { FILE_LIMIT = 8, SHARED_LOCK_COUNT = 8, SHARED_REGION_LIMIT = 64 };

/// A file, or what is left of it. A number stays a file's own as long as the disk is there.
typedef struct {
    char name[96];
    unsigned char *bytes;
    sqlite3_int64 length;
    sqlite3_int64 capacity;
    int exists;
    // Locks of the connections that have it open.
    int readers;
    void *reserved;
    void *pending;
    void *exclusive;
    // Memory that connections share for a write-ahead log. A power cut takes it away.
    unsigned char *regions[SHARED_REGION_LIMIT];
    void *shared_exclusive[SHARED_LOCK_COUNT];
    int shared_readers[SHARED_LOCK_COUNT];
    int opened;
} disk_file;

typedef enum { OPERATION_WRITE, OPERATION_TRUNCATE, OPERATION_SYNC, OPERATION_CREATE, OPERATION_DELETE } operation_kind;

typedef struct {
    operation_kind kind;
    int file;
    sqlite3_int64 offset;
    int length;
    /// For a deletion: whether the folder was synced with it.
    int is_durable;
    unsigned char *bytes;
    /// What was acknowledged before it.
    int acknowledged;
} operation;

struct power_cut_disk {
    disk_file files[FILE_LIMIT];
    /// The files when recording began; bytes only, no locks.
    disk_file beginning[FILE_LIMIT];
    operation *operations;
    int operation_count;
    int operation_capacity;
    int acknowledged;
    int is_recording;
    int ignored_syncs;
    /// Whether operations are forgotten once they are durable; `beginning` is then what is durable.
    int is_watched;
    int lies;
    // The plan of what fails.
    int failing_sorts;
    int failing_after;
    int failing_how;
    int has_failed;
    int is_held;
    int is_frozen;
};

/// Counts an operation of a sort; whether, and how, it fails: -1 for not at all.
int disk_failure(power_cut_disk *disk, int sort);

/// The disk that is mounted on the folder of a path; NULL for none.
power_cut_disk *disk_mounted(const char *path);

/// The file of this name; made without existing if `make` is true. NULL if there is none, or no room for one.
disk_file *disk_find(power_cut_disk *disk, const char *path, int make);

/// Lengthens a file with zeros.
void disk_grow(disk_file *file, sqlite3_int64 length);
void disk_write(disk_file *file, sqlite3_int64 offset, const void *bytes, int length);
void disk_truncate(disk_file *file, sqlite3_int64 length);

/// Frees the memory that connections shared.
void disk_drop_shared(disk_file *file);

/// Records an operation if the disk records. `bytes` are copied.
void disk_note(
    power_cut_disk *disk, operation_kind kind, const disk_file *file, sqlite3_int64 offset, const void *bytes, int length,
    int is_durable);
