#pragma once

#include <stdint.h>

// A disk in memory that records what a database writes, and gives what a power cut would leave of it at any moment.
//
// What was synced is there afterwards, whole. Of everything since the last sync of a file, any part may be: writes in
// any order, torn at sectors of 512 bytes, holes and garbage within the bytes that were being written, a cut or grown
// length, a new file that has no name yet, a deleted one that still has it. Bytes beside a write are never touched:
// the same that SQLite's own file system promises for Linux (SQLITE_IOCAP_POWERSAFE_OVERWRITE).
//
// A connection sees the disk that its thread chose last; files are told apart by the last part of their path.

typedef struct power_cut_disk power_cut_disk;
typedef struct power_cut_replay power_cut_replay;

/// Which syncs of a disk are ignored: a canary, since a store on such a disk must be seen to lose what it acknowledged.
enum {
    POWER_CUT_KEEP_SYNCS = 0,
    POWER_CUT_IGNORE_DATABASE_SYNCS = 1,
    POWER_CUT_IGNORE_JOURNAL_SYNCS = 2,
};

/// The name to open connections with. Registers the VFS at the first call.
const char *power_cut_vfs_name(void);

power_cut_disk *power_cut_disk_make(void);

/// Frees a disk that no connection has open.
void power_cut_disk_free(power_cut_disk *disk);

/// The disk of connections that this thread opens from now on.
void power_cut_use(power_cut_disk *disk);

/// Reads a file of the system into the disk, all of it durable. 0 if it could not.
int power_cut_disk_load(power_cut_disk *disk, const char *path);

/// Changes the bits of `mask` in one byte of a file. 0 if there is no such byte.
int power_cut_disk_flip(power_cut_disk *disk, const char *path, int64_t offset, unsigned char mask);

/// What is on the disk now is durable; what is written from now on is recorded.
void power_cut_record(power_cut_disk *disk, int ignored_syncs);

/// Notes that everything up to this number was acknowledged to somebody.
void power_cut_acknowledge(power_cut_disk *disk, int number);

/// How many operations were recorded, acknowledgements left out: so many moments there are to cut the power at.
int power_cut_operation_count(const power_cut_disk *disk);

/// Goes through a recording from its beginning. The recorded disk must outlive it and record nothing more.
power_cut_replay *power_cut_replay_make(const power_cut_disk *disk);
void power_cut_replay_free(power_cut_replay *replay);

/// Goes on until so many operations were done.
void power_cut_replay_advance(power_cut_replay *replay, int operations);

/// The highest number that was acknowledged up to here.
int power_cut_replay_acknowledged(const power_cut_replay *replay);

/// How many writes, truncations, new and deleted files are not durable here.
int power_cut_replay_pending(const power_cut_replay *replay);

/// Makes what a power cut here leaves, on a disk that no connection has open. Variant 0 keeps everything, 1 nothing that
/// is not durable, 2 a beginning of what is not; the others any part of it, by the seed. Returns a digest of the image.
uint64_t power_cut_replay_image(const power_cut_replay *replay, int variant, uint64_t seed, power_cut_disk *into);

// MARK: Disks that live
//
// A simulation keeps many disks for a long time: it reaches them by folder, remembers only what is not durable yet, lets
// operations fail, and cuts the power in place.

/// Connections that this thread opens on files of this folder see this disk instead of the thread's; NULL takes it away.
/// The text is copied.
void power_cut_mount(const char *folder, power_cut_disk *disk);

/// What is on the disk now is durable; from now on only what is not durable is remembered.
void power_cut_watch(power_cut_disk *disk);

/// From now on a watched disk only says that it syncs, if told so: a canary.
void power_cut_lie(power_cut_disk *disk, int lies);

/// Makes a disk that no connection has open what another one is now, all of it durable.
void power_cut_disk_copy(const power_cut_disk *from, power_cut_disk *into);

/// What fails.
enum {
    POWER_CUT_FAIL_READS = 1,
    POWER_CUT_FAIL_WRITES = 2,
    POWER_CUT_FAIL_SYNCS = 4,
};

/// How it fails.
enum {
    /// With an I/O error, once.
    POWER_CUT_FAIL_ONCE = 0,
    /// With an I/O error, from then on.
    POWER_CUT_FAIL_ALWAYS = 1,
    /// Writes and lengthenings find the disk full, from then on.
    POWER_CUT_FAIL_FULL = 2,
    /// Half of a write is written, then there is an I/O error, once.
    POWER_CUT_FAIL_SHORT = 3,
    /// The disk stands still: everything fails and nothing changes, as if the process or the machine had stopped there.
    POWER_CUT_FAIL_FREEZE = 4,
};

/// After so many more operations of these sorts the next one fails. Replaces an earlier plan.
void power_cut_fail(power_cut_disk *disk, int sorts, int after, int how);

/// While a plan is held nothing fails by it and nothing is counted: for looking at a disk. A disk that stands still goes on to.
void power_cut_hold(power_cut_disk *disk, int is_held);

/// Ends plan and stand-still.
void power_cut_heal(power_cut_disk *disk);

/// Whether a plan has come true since it was made.
int power_cut_has_failed(const power_cut_disk *disk);

/// Cuts the power of a watched disk that no connection has open: variants as of power_cut_replay_image. Returns the digest.
uint64_t power_cut_now(power_cut_disk *disk, int variant, uint64_t seed);
