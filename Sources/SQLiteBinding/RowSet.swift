private import CSQLite

/// A set of the numbers of rows, for tables whose rows are numbered from 1 without large gaps: a bit each.
public final class RowSet {
    private var bits: [UInt64] = []
    /// What a bit each would take too much memory for: a damaged file may number its rows as it likes.
    private var others: Set<Int> = []
    /// How many numbers are in it.
    public private(set) var count = 0

    /// Past this number there are no bits: 8 MiB of them.
    private static let bitLimit = 64 * 1024 * 1024

    /// A set of some numbers.
    public init(_ rows: some Sequence<Int> = []) {
        for row in rows { insert(row) }
    }

    /// Takes a number in.
    public func insert(_ row: Int) {
        guard (0..<Self.bitLimit).contains(row) else {
            count += others.insert(row).inserted ? 1 : 0
            return
        }
        let (index, bit) = (row / 64, UInt64(1) << (row % 64))
        if index >= bits.count { bits += Array(repeating: 0, count: max(bits.count, index + 1 - bits.count)) }
        guard bits[index] & bit == 0 else { return }
        bits[index] |= bit
        count += 1
    }

    /// Whether a number is in it.
    public func contains(_ row: Int) -> Bool {
        guard (0..<Self.bitLimit).contains(row) else { return others.contains(row) }
        return row / 64 < bits.count && bits[row / 64] & (1 << (row % 64)) != 0
    }

    /// The numbers, ascending.
    public var rows: [Int] {
        var small: [Int] = []
        for (index, word) in bits.enumerated() where word != 0 {
            for bit in 0..<64 where word & (1 << bit) != 0 { small.append(index * 64 + bit) }
        }
        return (small + others).sorted()
    }

    /// Makes `NAME(ROW)` known to SQL. The connection keeps the set until it gets another one of this name, or is closed.
    ///
    /// Source: https://www.sqlite.org/c3ref/create_function.html
    ///
    /// - Returns: A result code of SQLite.
    func register(as name: String, on handle: OpaquePointer) -> Int32 {
        // SQLite calls the last closure also when it refuses the function.
        unsafe sqlite3_create_function_v2(
            handle, name, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
            Unmanaged.passRetained(self).toOpaque(),
            { context, _, values in
                guard let data = unsafe sqlite3_user_data(context) else { return }
                let set = unsafe Unmanaged<RowSet>.fromOpaque(data).takeUnretainedValue()
                let row = unsafe sqlite3_value_int64(values?[0])
                unsafe sqlite3_result_int(context, set.contains(Int(row)) ? 1 : 0)
            }, nil, nil, { data in if let data = unsafe data { unsafe Unmanaged<RowSet>.fromOpaque(data).release() } })
    }
}
