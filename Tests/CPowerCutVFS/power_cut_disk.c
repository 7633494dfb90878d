#include "power_cut_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *sure(void *memory) {
    if (memory == NULL) abort();
    return memory;
}

power_cut_disk *power_cut_disk_make(void) { return sure(calloc(1, sizeof(power_cut_disk))); }

void power_cut_disk_free(power_cut_disk *disk) {
    for (int i = 0; i < FILE_LIMIT; i++) {
        disk_drop_shared(&disk->files[i]);
        free(disk->files[i].bytes);
        free(disk->beginning[i].bytes);
    }
    for (int i = 0; i < disk->operation_count; i++) free(disk->operations[i].bytes);
    free(disk->operations);
    free(disk);
}

disk_file *disk_find(power_cut_disk *disk, const char *path, int make) {
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    for (int i = 0; i < FILE_LIMIT; i++) {
        disk_file *file = &disk->files[i];
        if (file->name[0] != 0 && strcmp(file->name, name) == 0) return file;
        if (file->name[0] == 0) {
            if (!make || strlen(name) >= sizeof file->name) return NULL;
            strcpy(file->name, name);
            return file;
        }
    }
    return NULL;
}

static void reserve(disk_file *file, sqlite3_int64 capacity) {
    if (capacity <= file->capacity) return;
    file->capacity = capacity * 2;
    file->bytes = sure(realloc(file->bytes, (size_t)file->capacity));
}

void disk_grow(disk_file *file, sqlite3_int64 length) {
    if (length <= file->length) return;
    reserve(file, length);
    memset(file->bytes + file->length, 0, (size_t)(length - file->length));
    file->length = length;
}

void disk_write(disk_file *file, sqlite3_int64 offset, const void *bytes, int length) {
    disk_grow(file, offset + length);
    memcpy(file->bytes + offset, bytes, (size_t)length);
}

void disk_truncate(disk_file *file, sqlite3_int64 length) {
    if (length < file->length) file->length = length;
    else disk_grow(file, length);
}

void disk_drop_shared(disk_file *file) {
    for (int i = 0; i < SHARED_REGION_LIMIT; i++) {
        free(file->regions[i]);
        file->regions[i] = NULL;
    }
    memset(file->shared_exclusive, 0, sizeof file->shared_exclusive);
    memset(file->shared_readers, 0, sizeof file->shared_readers);
}

int power_cut_disk_load(power_cut_disk *disk, const char *path) {
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) return 0;
    disk_file *file = disk_find(disk, path, 1);
    if (file == NULL) abort();
    file->exists = 1;
    file->length = 0;
    unsigned char buffer[65536];
    size_t count;
    while ((count = fread(buffer, 1, sizeof buffer, stream)) > 0) disk_write(file, file->length, buffer, (int)count);
    int failed = ferror(stream);
    fclose(stream);
    return !failed;
}

int power_cut_disk_flip(power_cut_disk *disk, const char *path, int64_t offset, unsigned char mask) {
    disk_file *file = disk_find(disk, path, 0);
    if (file == NULL || offset < 0 || offset >= file->length) return 0;
    file->bytes[offset] ^= mask;
    return 1;
}

/// Copies name, bytes and existence, and nothing that a connection holds.
static void copy_file(disk_file *to, const disk_file *from) {
    memcpy(to->name, from->name, sizeof to->name);
    reserve(to, from->length + 1);
    if (from->length > 0) memcpy(to->bytes, from->bytes, (size_t)from->length);
    to->length = from->length;
    to->exists = from->exists;
}

void power_cut_record(power_cut_disk *disk, int ignored_syncs) {
    for (int i = 0; i < FILE_LIMIT; i++) copy_file(&disk->beginning[i], &disk->files[i]);
    disk->is_recording = 1;
    disk->ignored_syncs = ignored_syncs;
}

void power_cut_acknowledge(power_cut_disk *disk, int number) { disk->acknowledged = number; }

int power_cut_operation_count(const power_cut_disk *disk) { return disk->operation_count; }

static void apply(disk_file *files, const operation *o) {
    disk_file *file = &files[o->file];
    switch (o->kind) {
    case OPERATION_WRITE: if (file->exists) disk_write(file, o->offset, o->bytes, o->length); break;
    case OPERATION_TRUNCATE: if (file->exists) disk_truncate(file, o->offset); break;
    case OPERATION_CREATE:
        file->exists = 1;
        file->length = 0;
        break;
    case OPERATION_DELETE:
        file->exists = 0;
        file->length = 0;
        break;
    case OPERATION_SYNC: break;
    }
}

/// Makes durable what is pending of a file of a watched disk, and forgets it.
static void settle_now(power_cut_disk *disk, int file) {
    int kept = 0;
    // A file has its place from the start, also where it was not there then.
    memcpy(disk->beginning[file].name, disk->files[file].name, sizeof disk->files[file].name);
    for (int i = 0; i < disk->operation_count; i++) {
        operation *o = &disk->operations[i];
        if (o->file == file) {
            apply(disk->beginning, o);
            free(o->bytes);
        } else {
            disk->operations[kept++] = *o;
        }
    }
    disk->operation_count = kept;
}

void disk_note(
    power_cut_disk *disk, operation_kind kind, const disk_file *file, sqlite3_int64 offset, const void *bytes, int length,
    int is_durable
) {
    if (!disk->is_recording) return;
    if (disk->is_watched && disk->lies && kind == OPERATION_SYNC) return;
    if (disk->is_watched && (kind == OPERATION_SYNC || (kind == OPERATION_DELETE && is_durable))) {
        settle_now(disk, (int)(file - disk->files));
        if (kind == OPERATION_DELETE) apply(disk->beginning, &(operation){.kind = kind, .file = (int)(file - disk->files)});
        return;
    }
    if (disk->operation_count == disk->operation_capacity) {
        disk->operation_capacity = disk->operation_capacity > 0 ? disk->operation_capacity * 2 : 4096;
        disk->operations =
            sure(realloc(disk->operations, (size_t)disk->operation_capacity * sizeof *disk->operations));
    }
    operation *added = &disk->operations[disk->operation_count++];
    *added = (operation){kind, (int)(file - disk->files), offset, length, is_durable, NULL, disk->acknowledged};
    if (bytes != NULL && length > 0) {
        added->bytes = sure(malloc((size_t)length));
        memcpy(added->bytes, bytes, (size_t)length);
    }
}

// MARK: Replaying

struct power_cut_replay {
    const power_cut_disk *disk;
    /// What is durable here.
    disk_file durable[FILE_LIMIT];
    /// The operations that are not, in their order.
    int *pending;
    int pending_count;
    int done;
};

power_cut_replay *power_cut_replay_make(const power_cut_disk *disk) {
    power_cut_replay *replay = sure(calloc(1, sizeof *replay));
    replay->disk = disk;
    replay->pending = sure(calloc((size_t)disk->operation_count + 1, sizeof *replay->pending));
    for (int i = 0; i < FILE_LIMIT; i++) {
        copy_file(&replay->durable[i], &disk->beginning[i]);
        // A file has its place from the start, also where it does not exist yet.
        memcpy(replay->durable[i].name, disk->files[i].name, sizeof replay->durable[i].name);
    }
    return replay;
}

void power_cut_replay_free(power_cut_replay *replay) {
    for (int i = 0; i < FILE_LIMIT; i++) free(replay->durable[i].bytes);
    free(replay->pending);
    free(replay);
}

/// Makes durable what belongs to a file, and keeps the rest pending.
static void settle(power_cut_replay *replay, int file) {
    int kept = 0;
    for (int i = 0; i < replay->pending_count; i++) {
        const operation *o = &replay->disk->operations[replay->pending[i]];
        if (o->file == file) apply(replay->durable, o);
        else replay->pending[kept++] = replay->pending[i];
    }
    replay->pending_count = kept;
}

void power_cut_replay_advance(power_cut_replay *replay, int operations) {
    for (; replay->done < operations && replay->done < replay->disk->operation_count; replay->done++) {
        const operation *o = &replay->disk->operations[replay->done];
        if (o->kind == OPERATION_SYNC) {
            settle(replay, o->file);
        } else if (o->kind == OPERATION_DELETE && o->is_durable) {
            settle(replay, o->file);
            apply(replay->durable, o);
        } else {
            replay->pending[replay->pending_count++] = replay->done;
        }
    }
}

int power_cut_replay_acknowledged(const power_cut_replay *replay) {
    // An acknowledgement follows the operation that made it true, and comes before the next one.
    return replay->done < replay->disk->operation_count ? replay->disk->operations[replay->done].acknowledged
                                                        : replay->disk->acknowledged;
}

int power_cut_replay_pending(const power_cut_replay *replay) { return replay->pending_count; }

/// SplitMix64. Source: https://prng.di.unimi.it/splitmix64.c
static uint64_t next(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

enum { SECTOR_BYTES = 512 };

/// Writes some of the sectors of a write; one that is left out stays as it was, or zero, or has garbage in it.
static void tear(disk_file *file, const operation *o, uint64_t *random) {
    int keep = (int)(next(random) % 5);
    for (int start = 0; start < o->length;) {
        sqlite3_int64 position = o->offset + start;
        int count = SECTOR_BYTES - (int)(position % SECTOR_BYTES);
        if (count > o->length - start) count = o->length - start;
        if ((int)(next(random) % 5) <= keep) {
            disk_write(file, position, o->bytes + start, count);
        } else if (next(random) % 8 == 0) {
            disk_grow(file, position + count);
            for (int i = 0; i < count; i++) file->bytes[position + i] = (unsigned char)next(random);
        } else if (next(random) % 2 == 0) {
            // The length of the file came through, these bytes did not.
            disk_grow(file, position + count);
        }
        start += count;
    }
}

static uint64_t digest(const disk_file *files) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (int i = 0; i < FILE_LIMIT; i++) {
        const disk_file *file = &files[i];
        hash = (hash ^ (uint64_t)(file->exists ? file->length + 1 : 0)) * 0x100000001b3u;
        if (!file->exists) continue;
        sqlite3_int64 position = 0;
        for (; position + 8 <= file->length; position += 8) {
            uint64_t word;
            memcpy(&word, file->bytes + position, 8);
            hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
            hash ^= hash >> 29;
        }
        for (; position < file->length; position++) hash = (hash ^ file->bytes[position]) * 0x100000001b3u;
    }
    return hash;
}

uint64_t power_cut_replay_image(const power_cut_replay *replay, int variant, uint64_t seed, power_cut_disk *into) {
    for (int i = 0; i < FILE_LIMIT; i++) {
        if (into->files[i].opened > 0) abort();
        disk_drop_shared(&into->files[i]);
        copy_file(&into->files[i], &replay->durable[i]);
    }
    uint64_t random = seed;
    int begun = variant == 2 ? (int)(next(&random) % (uint64_t)(replay->pending_count + 1)) : 0;
    int share = (int)(next(&random) % 4);
    for (int i = 0; i < replay->pending_count && variant != 1; i++) {
        const operation *o = &replay->disk->operations[replay->pending[i]];
        int isWhole = variant == 0 || (variant == 2 && i < begun);
        if (variant == 2 && i > begun) break;
        if (!isWhole && variant > 2 && (int)(next(&random) % 4) < share) continue;
        if (!isWhole && o->kind == OPERATION_WRITE) {
            if (into->files[o->file].exists) tear(&into->files[o->file], o, &random);
        } else {
            apply(into->files, o);
        }
    }
    return digest(into->files);
}

// MARK: Disks that live

enum { MOUNT_LIMIT = 32 };

static _Thread_local struct {
    char folder[160];
    power_cut_disk *disk;
} mounts[MOUNT_LIMIT];

void power_cut_mount(const char *folder, power_cut_disk *disk) {
    int place = -1;
    for (int i = 0; i < MOUNT_LIMIT; i++) {
        if (mounts[i].disk != NULL && strcmp(mounts[i].folder, folder) == 0) place = i;
    }
    for (int i = 0; i < MOUNT_LIMIT && place < 0; i++) {
        if (mounts[i].disk == NULL) place = i;
    }
    if (place < 0 || strlen(folder) >= sizeof mounts[place].folder) abort();
    strcpy(mounts[place].folder, folder);
    mounts[place].disk = disk;
}

power_cut_disk *disk_mounted(const char *path) {
    const char *slash = strrchr(path, '/');
    size_t length = slash != NULL ? (size_t)(slash - path) : 0;
    for (int i = 0; i < MOUNT_LIMIT; i++) {
        if (mounts[i].disk == NULL) continue;
        if (strlen(mounts[i].folder) == length && memcmp(mounts[i].folder, path, length) == 0) return mounts[i].disk;
    }
    return NULL;
}

static void forget_operations(power_cut_disk *disk) {
    for (int i = 0; i < disk->operation_count; i++) free(disk->operations[i].bytes);
    disk->operation_count = 0;
}

void power_cut_watch(power_cut_disk *disk) {
    forget_operations(disk);
    power_cut_record(disk, POWER_CUT_KEEP_SYNCS);
    disk->is_watched = 1;
}

static void expect_closed(const power_cut_disk *disk) {
    for (int i = 0; i < FILE_LIMIT; i++) {
        if (disk->files[i].opened > 0) abort();
    }
}

void power_cut_disk_copy(const power_cut_disk *from, power_cut_disk *into) {
    expect_closed(into);
    for (int i = 0; i < FILE_LIMIT; i++) {
        disk_drop_shared(&into->files[i]);
        copy_file(&into->files[i], &from->files[i]);
    }
    power_cut_watch(into);
}

void power_cut_fail(power_cut_disk *disk, int sorts, int after, int how) {
    disk->failing_sorts = sorts;
    disk->failing_after = after;
    disk->failing_how = how;
    disk->has_failed = 0;
}

void power_cut_lie(power_cut_disk *disk, int lies) { disk->lies = lies; }

void power_cut_hold(power_cut_disk *disk, int is_held) { disk->is_held = is_held; }

void power_cut_heal(power_cut_disk *disk) {
    disk->failing_sorts = 0;
    disk->has_failed = 0;
    disk->is_frozen = 0;
}

int power_cut_has_failed(const power_cut_disk *disk) { return disk->has_failed; }

int disk_failure(power_cut_disk *disk, int sort) {
    if (disk->is_frozen) return POWER_CUT_FAIL_FREEZE;
    if (disk->is_held || (disk->failing_sorts & sort) == 0) return -1;
    if (disk->failing_after > 0) {
        disk->failing_after -= 1;
        return -1;
    }
    disk->has_failed = 1;
    int how = disk->failing_how;
    if (how == POWER_CUT_FAIL_FREEZE) disk->is_frozen = 1;
    if (how == POWER_CUT_FAIL_ONCE || how == POWER_CUT_FAIL_SHORT) disk->failing_sorts = 0;
    return how;
}

uint64_t power_cut_now(power_cut_disk *disk, int variant, uint64_t seed) {
    if (!disk->is_watched) abort();
    expect_closed(disk);
    power_cut_replay *replay = power_cut_replay_make(disk);
    for (int i = 0; i < disk->operation_count; i++) replay->pending[replay->pending_count++] = i;
    uint64_t digest = power_cut_replay_image(replay, variant, seed, disk);
    power_cut_replay_free(replay);
    power_cut_watch(disk);
    return digest;
}
