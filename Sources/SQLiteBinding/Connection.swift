private import CSQLite
import Canaries

/// A connection to one database file. Not Sendable: it has one owner at a time.
///
/// ```swift
/// let connection = try Connection(path: path, access: .create, policy: .shared(busyTimeoutMilliseconds: 30_000))
/// try connection.transaction(.immediate) {
///     try connection.run("INSERT INTO box (label) VALUES (?)", [.text("letters")])
/// }
/// let labels = try connection.rows("SELECT label FROM box") { try $0.text(0) }
/// ```
///
/// Source: https://www.sqlite.org/c3ref/intro.html
@safe public final class Connection {
    /// What the connection may do with the file.
    public enum Access: Sendable {
        /// Read only; the file must exist.
        case read
        /// Read and write; the file must exist.
        case write
        /// Read and write; the file is made if it is not there.
        case create

        fileprivate var flags: Int32 {
            switch self {
            case .read: SQLITE_OPEN_READONLY
            case .write: SQLITE_OPEN_READWRITE
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        }
    }

    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]
    /// Some of them by the place of their SQL: to look for its text takes longer than many a statement does. They hold their SQL, so that nothing else
    /// comes to be in its place.
    private var places: [Statement?] = Array(repeating: nil, count: 256)
    private var ranking: FullTextRanking?
    private var companions: [ObjectIdentifier: AnyObject] = [:]
    /// Set once reading, writing or syncing failed: nothing more is asked of this connection.
    public private(set) var isBroken = false

    /// Opens a file and sets the policy, the time to wait for locks first: setting the journal takes a lock.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - access: what the connection may do with it.
    ///   - policy: how it behaves.
    ///   - fileSystem: the name of a registered SQLite VFS; nil for the system's. Tests inject faults with it.
    public init(path: String, access: Access, policy: ConnectionPolicy, fileSystem: String? = nil) throws(SQLiteError) {
        Connection.configured
        var handle: OpaquePointer?
        let flags = access.flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE
        let code = unsafe sqlite3_open_v2(path, &handle, flags, fileSystem)
        guard let handle = unsafe handle else { throw SQLiteError(code, "open") }
        unsafe self.handle = unsafe handle
        // From here on deinit closes it.
        guard code == SQLITE_OK else { throw SQLiteError(code, "open") }
        try apply(policy, access: access)
    }

    /// What holds for all connections of the process; it has to be said before the first one is opened.
    private static let configured: Void = chancery_sqlite3_count_no_memory()

    deinit {
        statements = [:]
        places = []
        _ = unsafe sqlite3_close_v2(handle)
    }

    private func apply(_ policy: ConnectionPolicy, access: Access) throws(SQLiteError) {
        _ = unsafe sqlite3_busy_timeout(handle, Int32(clamping: policy.busyTimeoutMilliseconds))
        try turn(SQLITE_DBCONFIG_DEFENSIVE, on: true)
        try turn(SQLITE_DBCONFIG_TRUSTED_SCHEMA, on: false)
        try turn(SQLITE_DBCONFIG_ENABLE_FKEY, on: true)
        try turn(SQLITE_DBCONFIG_DQS_DML, on: false)
        try turn(SQLITE_DBCONFIG_DQS_DDL, on: false)
        try execute("PRAGMA cell_size_check=ON")
        try execute("PRAGMA mmap_size=0")
        // Else INSERT OR REPLACE deletes rows past the triggers that refuse it.
        try execute("PRAGMA recursive_triggers=ON")
        try execute("PRAGMA temp_store=MEMORY")
        try execute("PRAGMA cache_size=-\(policy.cacheKibibytes)")
        try execute("PRAGMA wal_autocheckpoint=\(policy.checkpointPages)")
        guard access != .read else { return }
        // Debian's default writes zeros over all that is deleted, also where a page would not be written otherwise.
        try execute("PRAGMA secure_delete=FAST")
        try execute("PRAGMA synchronous=FULL")
        #if CANARIES
            if Canary.synchronousNormal.isOn { try execute("PRAGMA synchronous=NORMAL") }
        #endif
        if let journal = policy.journal { try setJournal(journal) }
    }

    private func turn(_ option: Int32, on: Bool) throws(SQLiteError) {
        let code = unsafe chancery_sqlite3_db_config_switch(handle, option, on ? 1 : 0)
        guard code == SQLITE_OK else { throw noted(SQLiteError(code, "sqlite3_db_config")) }
    }

    /// Lets a closure change how tables and indexes are written down in `sqlite_schema`, for a step of a migration that SQLite has no statement
    /// for. They are read anew afterwards.
    ///
    /// Source: https://www.sqlite.org/pragma.html#pragma_writable_schema
    public func changingDefinitions(_ body: () throws -> Void) throws {
        try turn(SQLITE_DBCONFIG_DEFENSIVE, on: false)
        do {
            try execute("PRAGMA writable_schema=ON")
            try body()
        } catch {
            try execute("PRAGMA writable_schema=RESET")
            try turn(SQLITE_DBCONFIG_DEFENSIVE, on: true)
            throw error
        }
        try execute("PRAGMA writable_schema=RESET")
        try turn(SQLITE_DBCONFIG_DEFENSIVE, on: true)
    }

    /// Sets how changes are made durable. For a file that is a write-ahead log already, this changes nothing.
    public func setJournal(_ journal: ConnectionPolicy.Journal) throws(SQLiteError) {
        let sql = "PRAGMA journal_mode=\(journal.rawValue)"
        let mode = try first(sql) { (row) throws(SQLiteError) in try row.text(0) }
        // SQLite answers with the old mode where it cannot change it, instead of an error.
        guard let mode, mode.lowercased() == journal.rawValue.lowercased() else { throw SQLiteError(SQLITE_BUSY, sql) }
    }

    /// What its user keeps with the connection as long as it is open, one value of each type.
    ///
    /// - Parameter make: makes it, at the first call.
    public func kept<Value: AnyObject>(_ make: () -> Value) -> Value {
        if let known = companions[ObjectIdentifier(Value.self)] as? Value { return known }
        let made = make()
        companions[ObjectIdentifier(Value.self)] = made
        return made
    }

    /// Makes `weight(TABLE, WEIGHT…)` known to SQL, for the queries of one search: what bm25() tells of a row of a full-text search, without
    /// counting every row that holds a common word. All statements with it ask for the same words until this is called again.
    ///
    /// - Parameter phraseCounts: how many phrases of the query are taken as one, from its beginning; those that are left are each one of their own.
    /// - Parameter narrowingPhrases: how many phrases at the beginning of the query weigh nothing; those of `phraseCounts` follow them.
    public func beginFullTextRanking(phraseCounts: [Int] = [], narrowingPhrases: Int = 0) throws(SQLiteError) {
        let known = ranking
        let ranking = known ?? FullTextRanking()
        ranking.begin(phraseCounts: phraseCounts, narrowingPhrases: narrowingPhrases)
        guard known == nil else { return }
        let code = unsafe ranking.register(on: handle)
        guard code == SQLITE_OK else { throw noted(SQLiteError(code, FullTextRanking.name)) }
        self.ranking = ranking
    }

    /// Makes `NAME(ROW)` known to SQL: whether a set holds the number of a row. No statement that uses the name may be running.
    public func define(_ name: String, as set: RowSet) throws(SQLiteError) {
        let code = unsafe set.register(as: name, on: handle)
        guard code == SQLITE_OK else { throw noted(SQLiteError(code, name)) }
    }

    // MARK: Statements

    /// Runs several statements that take no values: a schema, a pragma.
    ///
    /// Source: https://www.sqlite.org/c3ref/exec.html
    public func execute(_ script: String) throws(SQLiteError) {
        try checkUsable()
        let code = unsafe sqlite3_exec(handle, script, nil, nil, nil)
        guard code == SQLITE_OK else { throw noted(SQLiteError(code, script)) }
    }

    /// Runs one statement to its end and drops its rows.
    public func run(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) {
        let statement = try begin(sql, values)
        defer { end(statement) }
        while try step(statement) {}
    }

    /// The same with all bytes in one place, of which SQLite makes no copy for each value.
    func runInPlace(_ sql: String, _ values: ArraySlice<SQLiteValue>) throws(SQLiteError) {
        let byteCount = values.reduce(0) { $0 + $1.byteCount }
        try unsafe withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 1) { (place) throws(SQLiteError) in
            let statement = try begin(sql) { (statement) throws(SQLiteError) in
                try unsafe statement.bind(values, in: place)
            }
            // It lets go of the place before that is gone.
            defer { end(statement) }
            while try step(statement) {}
        }
    }

    /// Gives each row of a result to a closure, until the closure returns false.
    public func forEach(
        _ sql: String, _ values: [SQLiteValue] = [], _ body: (Row) throws -> Bool
    ) throws {
        let statement = try begin(sql, values)
        defer { end(statement) }
        while try step(statement) {
            guard try body(Row(statement: statement)) else { return }
        }
    }

    /// All rows of a result, each read by a closure.
    public func rows<Value, Failure: Error>(
        _ sql: String, _ values: [SQLiteValue] = [], _ read: (Row) throws(Failure) -> Value
    ) throws -> [Value] {
        let statement = try begin(sql, values)
        defer { end(statement) }
        var result: [Value] = []
        while try step(statement) { result.append(try read(Row(statement: statement))) }
        return result
    }

    /// The integers in the first column of a result, put into a set.
    @discardableResult
    public func rowSet(
        _ sql: String, _ values: [SQLiteValue] = [], into set: RowSet = RowSet()
    ) throws(SQLiteError) -> RowSet {
        let statement = try begin(sql, values)
        defer { end(statement) }
        while try step(statement) { set.insert(statement.integer(0)) }
        return set
    }

    /// The first row of a result, read by a closure; nil if there is none.
    public func first<Value>(
        _ sql: String, _ values: [SQLiteValue] = [], _ read: (Row) throws(SQLiteError) -> Value
    ) throws(SQLiteError) -> Value? {
        let statement = try begin(sql, values)
        defer { end(statement) }
        guard try step(statement) else { return nil }
        return try read(Row(statement: statement))
    }

    /// The integer in the first column of the first row; nil if there is no row, or no value.
    public func integer(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) -> Int? {
        try first(sql, values) { (row) throws(SQLiteError) in row.optionalInteger(0) } ?? nil
    }

    /// The number of the row that the last INSERT made.
    public var lastInsertedRow: Int { Int(unsafe sqlite3_last_insert_rowid(handle)) }

    /// How many rows the last INSERT, UPDATE or DELETE changed.
    public var changedRowCount: Int { Int(unsafe sqlite3_changes64(handle)) }

    private func begin(_ sql: String, _ values: [SQLiteValue]) throws(SQLiteError) -> Statement {
        try begin(sql) { (statement) throws(SQLiteError) in try statement.bind(values) }
    }

    private func begin(
        _ sql: String, _ bind: (Statement) throws(SQLiteError) -> Void
    ) throws(SQLiteError) -> Statement {
        try checkUsable()
        let statement = try prepared(sql)
        statement.isInUse = true
        do {
            try bind(statement)
        } catch {
            end(statement)
            throw error
        }
        return statement
    }

    private func prepared(_ sql: String) throws(SQLiteError) -> Statement {
        let place = TextPlace(sql)
        if let place, let known = places[place.slot(of: places.count)], known.place == place, !known.isInUse {
            return known
        }
        if let known = statements[sql], !known.isInUse {
            keepPlace(of: known)
            return known
        }
        // The same SQL inside its own result gets a statement of its own, for this once.
        let isKept = statements[sql] == nil
        do {
            let statement = try unsafe Statement(sql, on: handle, isKept: isKept)
            if isKept {
                statements[sql] = statement
                keepPlace(of: statement)
            }
            return statement
        } catch {
            throw noted(error)
        }
    }

    private func keepPlace(of statement: Statement) {
        if let place = statement.place { places[place.slot(of: places.count)] = statement }
    }

    private func step(_ statement: Statement) throws(SQLiteError) -> Bool {
        do {
            return try statement.step()
        } catch {
            throw noted(error)
        }
    }

    private func end(_ statement: Statement) {
        statement.reset()
        statement.isInUse = false
    }

    // MARK: Transactions

    /// How a transaction begins.
    public enum TransactionKind: String, Sendable {
        /// Takes the write lock at once, so that it cannot fail for it half-way.
        case immediate = "BEGIN IMMEDIATE"
        /// Reads one moment of the database. Keep it short: in rollback mode it holds up those who write.
        case reading = "BEGIN"
    }

    /// Runs a closure in a transaction: all of it, or nothing.
    ///
    /// The closure is synchronous, so that no transaction spans a suspension. When COMMIT fails nothing was
    /// acknowledged; after a failed fsync the connection is broken and not asked again.
    public func transaction<Value>(_ kind: TransactionKind, _ body: () throws -> Value) throws -> Value {
        #if CANARIES
            if Canary.acknowledgedBeforeCommit.isOn, !isInAutocommit { try run("COMMIT") }
        #endif
        precondition(isInAutocommit, "transactions do not nest")
        try run(kind.rawValue)
        do {
            let value = try body()
            #if CANARIES
                if Canary.acknowledgedBeforeCommit.isOn, kind == .immediate { return value }
                if Canary.failedCommitSwallowed.isOn {
                    do { try run("COMMIT") } catch { rollBack() }
                    return value
                }
            #endif
            try run("COMMIT")
            return value
        } catch {
            rollBack()
            throw error
        }
    }

    /// Runs a closure as a part of the open transaction that can fail by itself: then what it wrote is undone, and the rest stays.
    ///
    /// Source: https://www.sqlite.org/lang_savepoint.html
    public func savepoint(_ body: () throws -> Void) throws {
        try run("SAVEPOINT part")
        do {
            try body()
        } catch {
            // After some errors SQLite has left the whole transaction: whoever began it looks.
            if !isInAutocommit {
                try run("ROLLBACK TO part")
                try run("RELEASE part")
            }
            throw error
        }
        try run("RELEASE part")
    }

    /// Whether no transaction is open.
    ///
    /// Source: https://www.sqlite.org/c3ref/get_autocommit.html
    public var isInAutocommit: Bool { unsafe sqlite3_get_autocommit(handle) != 0 }

    /// Leaves the transaction that failed. SQLite has done so by itself after some errors (full, I/O); and what fails
    /// here is not worth more than the error that brought us here: the journal is rolled back by the next one to open
    /// it.
    private func rollBack() {
        guard !isInAutocommit else { return }
        _ = unsafe sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
        if !isInAutocommit { isBroken = true }
    }

    private func checkUsable() throws(SQLiteError) {
        guard !isBroken else { throw SQLiteError(SQLITE_IOERR, "the connection failed before and must be opened anew") }
    }

    private func noted(_ error: SQLiteError) -> SQLiteError {
        if error.kind == .inputOutput { isBroken = true }
        return error
    }

    // MARK: Changes by others

    /// The number in the file's header that grows by one with each transaction that changed anything, of whatever process; as it is at this
    /// moment, read without a lock. It has grown before the COMMIT that it belongs to returns, and is back at the number before if that
    /// transaction is rolled back. Nil if it cannot be read, or if the file is a write-ahead log, whose transactions do not count there.
    ///
    /// Source: https://www.sqlite.org/fileformat2.html#file_change_counter
    public func fileChangeCounter() -> UInt32? {
        var header: [UInt8] = Array(repeating: 0, count: 28)
        let code = unsafe header.withUnsafeMutableBytes { buffer in
            unsafe chancery_sqlite3_read_file(handle, buffer.baseAddress, Int32(buffer.count), 0)
        }
        // Bytes 18 and 19 are 1 for a rollback journal.
        guard code == SQLITE_OK, header[18] == 1, header[19] == 1 else { return nil }
        return header[24...].reduce(0) { $0 << 8 | UInt32($1) }
    }

    // MARK: Backup

    /// Copies the database as it is at one moment into a new file, while others go on writing.
    ///
    /// Source: https://www.sqlite.org/c3ref/backup_finish.html
    public func backUp(to path: String) throws(SQLiteError) {
        try checkUsable()
        let target = try Connection(
            path: path, access: .create,
            policy: ConnectionPolicy(busyTimeoutMilliseconds: 0, journal: nil, checkpointPages: 0))
        guard let backup = unsafe sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw SQLiteError(unsafe sqlite3_extended_errcode(target.handle), "sqlite3_backup_init")
        }
        let stepped = unsafe sqlite3_backup_step(backup, -1)
        let finished = unsafe sqlite3_backup_finish(backup)
        guard stepped == SQLITE_DONE else { throw noted(SQLiteError(stepped, "sqlite3_backup_step")) }
        guard finished == SQLITE_OK else { throw noted(SQLiteError(finished, "sqlite3_backup_finish")) }
    }

    /// How many pages this connection has written so far: as many as its write-ahead log has grown by, if it has one.
    ///
    /// Source: https://www.sqlite.org/c3ref/c_dbstatus_options.html
    public func writtenPageCount() -> Int {
        var (current, highest): (Int32, Int32) = (0, 0)
        _ = unsafe sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_WRITE, &current, &highest, 0)
        return Int(current)
    }

    /// Moves what it can of the write-ahead log into the database, without waiting for anybody. Only for the one connection that checkpoints.
    ///
    /// Source: https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
    public func checkpointWhatIsFree() throws(SQLiteError) {
        try run("PRAGMA wal_checkpoint(PASSIVE)")
    }

    /// Moves all of the write-ahead log into the database and empties it. Only for the one connection that checkpoints.
    ///
    /// Source: https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
    public func checkpoint() throws(SQLiteError) {
        try run("PRAGMA wal_checkpoint(TRUNCATE)")
    }
}
