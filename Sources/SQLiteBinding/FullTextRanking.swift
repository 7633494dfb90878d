private import CSQLite
import Glibc

/// Weighs what a full-text search finds as FTS5's own bm25() does, but for one thing: it does not count every row that holds a common word.
///
/// How much a word says depends on how many rows hold it. FTS5 reads all of them before it weighs the first one, which for the
/// beginning `mo*`, or for a phrase of common words, costs more than all the rest of a search. Here counting stops after so many rows, and from
/// how far in the table that was, the rest is estimated; where one phrase is all that is asked for, nothing is counted. What fewer rows hold is put into the order of bm25().
///
/// Source: https://www.sqlite.org/fts5.html#custom_auxiliary_functions
enum FullTextRanking {
    /// The name of the function in SQL.
    static let name = "weight"
    /// So many rows are counted of each word.
    static let countedRows = 1_000

    /// The constants of bm25().
    private static let k1 = 1.2
    private static let b = 0.75

    /// Makes the function known to a connection.
    ///
    /// - Returns: A result code of SQLite.
    static func register(on handle: OpaquePointer) -> Int32 {
        var statement: OpaquePointer?
        var code = unsafe sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &statement, nil)
        guard code == SQLITE_OK else { return code }
        defer { _ = unsafe sqlite3_finalize(statement) }
        var api: UnsafeMutablePointer<fts5_api>?
        code = unsafe withUnsafeMutablePointer(to: &api) { place in
            let code = unsafe sqlite3_bind_pointer(statement, 1, place, "fts5_api_ptr", nil)
            guard code == SQLITE_OK else { return code }
            return unsafe sqlite3_step(statement) == SQLITE_ROW ? SQLITE_OK : SQLITE_ERROR
        }
        guard code == SQLITE_OK, let api = unsafe api, let create = unsafe api.pointee.xCreateFunction else {
            return code == SQLITE_OK ? SQLITE_ERROR : code
        }
        return unsafe create(api, name, nil, { unsafe FullTextRanking.weigh($0, $1, $2, $3, $4) }, nil)
    }

    /// Gives SQL the weight of a row: the smaller, the better it fits.
    private static func weigh(
        _ api: UnsafePointer<Fts5ExtensionApi>?, _ row: OpaquePointer?, _ result: OpaquePointer?, _ count: Int32,
        _ values: UnsafeMutablePointer<OpaquePointer?>?
    ) {
        guard let api = unsafe api else { return }
        let weights = (0..<Int(count)).map { unsafe sqlite3_value_double(values?[$0]) }
        var score = 0.0
        let code = unsafe measure(row, by: api.pointee, weights: weights, into: &score)
        if code == SQLITE_OK {
            unsafe sqlite3_result_double(result, -score)
        } else {
            unsafe sqlite3_result_error_code(result, code)
        }
    }

    private static func measure(
        _ row: OpaquePointer?, by api: Fts5ExtensionApi, weights: [Double], into score: inout Double
    ) -> Int32 {
        let phrases = Int(unsafe api.xPhraseCount(row))
        var known = unsafe api.xGetAuxdata(row, 0)?.assumingMemoryBound(to: Double.self)
        if unsafe known == nil {
            let made = unsafe UnsafeMutablePointer<Double>(
                OpaquePointer(malloc((phrases + 1) * MemoryLayout<Double>.stride)))
            guard let made = unsafe made else { return SQLITE_NOMEM }
            // Until it is handed over it is ours to free; afterwards SQLite does so, also when handing over fails.
            let code = unsafe measureTable(api, row, phrases, into: made)
            guard code == SQLITE_OK else {
                unsafe free(made)
                return code
            }
            let handed = unsafe api.xSetAuxdata(row, made, { unsafe free($0) })
            guard handed == SQLITE_OK else { return handed }
            unsafe known = made
        }
        guard let known = unsafe known else { return SQLITE_NOMEM }
        var frequencies = [Double](repeating: 0, count: phrases)
        var instances: Int32 = 0
        var code = unsafe api.xInstCount(row, &instances)
        for index in 0..<instances where code == SQLITE_OK {
            var (phrase, column, offset): (Int32, Int32, Int32) = (0, 0, 0)
            code = unsafe api.xInst(row, index, &phrase, &column, &offset)
            guard code == SQLITE_OK, frequencies.indices.contains(Int(phrase)) else { continue }
            frequencies[Int(phrase)] += weights.indices.contains(Int(column)) ? weights[Int(column)] : 1
        }
        var tokens: Int32 = 0
        if code == SQLITE_OK { code = unsafe api.xColumnSize(row, -1, &tokens) }
        guard code == SQLITE_OK else { return code }
        let length = k1 * (1 - b + b * Double(tokens) / (unsafe known[phrases]))
        for (phrase, frequency) in frequencies.enumerated() {
            score += unsafe known[phrase] * frequency * (k1 + 1) / (frequency + length)
        }
        return SQLITE_OK
    }

    /// What holds for all rows: how much each phrase says, then the mean length of a row.
    private static func measureTable(
        _ api: Fts5ExtensionApi, _ row: OpaquePointer?, _ phrases: Int, into measures: UnsafeMutablePointer<Double>
    ) -> Int32 {
        var (rows, tokens): (Int64, Int64) = (0, 0)
        var code = unsafe api.xRowCount(row, &rows)
        if code == SQLITE_OK { code = unsafe api.xColumnTotalSize(row, -1, &tokens) }
        guard code == SQLITE_OK else { return code }
        guard rows > 0 else { return SQLITE_CORRUPT }
        unsafe measures[phrases] = max(Double(tokens) / Double(rows), 1)
        // One phrase alone weighs the same in every row, and the order does not depend on how much.
        guard phrases > 1 else {
            unsafe measures.update(repeating: 1, count: phrases)
            return SQLITE_OK
        }
        for phrase in 0..<phrases {
            var counter = Counter()
            code = unsafe api.xQueryPhrase(row, Int32(phrase), &counter) { api, row, counter in
                guard let api = unsafe api, let counter = unsafe counter?.assumingMemoryBound(to: Counter.self) else {
                    return SQLITE_ERROR
                }
                unsafe counter.pointee.count += 1
                unsafe counter.pointee.row = unsafe api.pointee.xRowid(row)
                return unsafe counter.pointee.count < FullTextRanking.countedRows ? SQLITE_OK : SQLITE_DONE
            }
            guard code == SQLITE_OK else { return code }
            let (all, held) = (Double(rows), counter.estimate(of: rows))
            let weight = log((all - held + 0.5) / (held + 0.5))
            unsafe measures[phrase] = weight > 0 ? weight : 1e-6
        }
        return SQLITE_OK
    }

    /// Rows that hold a phrase, in the order of their numbers.
    private struct Counter {
        var count = 0
        var row: Int64 = 0

        /// How many there are among all rows, which are numbered from 1 without large gaps.
        func estimate(of rows: Int64) -> Double {
            guard count >= FullTextRanking.countedRows else { return Double(count) }
            let seen = min(max(row, Int64(count)), rows)
            return min(Double(rows), Double(count) * Double(rows) / Double(max(seen, 1)))
        }
    }
}
