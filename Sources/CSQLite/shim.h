#include <sqlite3.h>

// Swift cannot call variadic C functions: one function a call, with its argument types.

/// sqlite3_db_config() for the options that take a switch and give back the state.
/// Source: https://www.sqlite.org/c3ref/db_config.html
static inline int chancery_sqlite3_db_config_switch(sqlite3 *db, int option, int on) {
    int state = 0;
    return sqlite3_db_config(db, option, on, &state);
}

/// Turns off what SQLite counts of its memory, which takes a lock of the whole process at each allocation. Without effect once SQLite is in use.
/// Source: https://www.sqlite.org/c3ref/c_config_covering_index_scan.html#sqliteconfigmemstatus
static inline void chancery_sqlite3_count_no_memory(void) { (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

/// Reads bytes of the database file as they are at this moment, without a lock, through the file handle that the connection has: a descriptor
/// of our own would give up SQLite's locks when it is closed.
/// Source: https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html#sqlitefcntlfilepointer
static inline int chancery_sqlite3_read_file(sqlite3 *db, void *bytes, int count, sqlite3_int64 offset) {
    sqlite3_file *file = 0;
    int code = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code != SQLITE_OK) return code;
    if (!file || !file->pMethods) return SQLITE_CANTOPEN;
    return file->pMethods->xRead(file, bytes, count, offset);
}

// SQLITE_TRANSIENT is a cast of -1 to a function pointer, which Swift does not import.

/// Binds a copy of the bytes.
/// Source: https://www.sqlite.org/c3ref/bind_blob.html
static inline int chancery_sqlite3_bind_blob_copy(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(statement, index, bytes, count, SQLITE_TRANSIENT);
}

/// Binds a copy of UTF-8 text of so many bytes; NUL is a character like any other.
/// Source: https://www.sqlite.org/c3ref/bind_blob.html
static inline int chancery_sqlite3_bind_text_copy(sqlite3_stmt *statement, int index, const char *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, bytes, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}
