private import CSQLite
import Glibc

/// Weighs what a full-text search finds as FTS5's own bm25() does, but for one thing: it does not count every row that holds a common word.
///
/// How much a word says depends on how many rows hold it. FTS5 reads all of them before it weighs the first one, which for the
/// beginning `mo*`, or for a phrase of common words, costs more than all the rest of a search. Here counting stops after so many rows, and from
/// how far in the table that was, the rest is estimated; where one phrase is all that is asked for, nothing is counted. What fewer rows hold is put into the order of bm25().
///
/// Source: https://www.sqlite.org/fts5.html#custom_auxiliary_functions
final class FullTextRanking {
    /// The name of the function in SQL.
    static let name = "weight"
    /// So many rows are counted of each word.
    static let countedRows = 1_000

    /// The constants of bm25().
    private static let k1 = 1.2
    private static let b = 0.75

    /// What holds for all rows of one search, once the first was weighed: how much each phrase says, then the mean length of a row. It is kept
    /// here, and not with the statement, because a statement that looks at one row after the other begins a new query for each.
    private var measures: [Double] = []

    /// Other words are asked for from now on.
    func forget() { measures = [] }

    /// Makes the function known to a connection, which keeps this ranking until it is closed.
    ///
    /// - Returns: A result code of SQLite.
    func register(on handle: OpaquePointer) -> Int32 {
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
        let kept = unsafe Unmanaged.passRetained(self)
        code = unsafe create(
            api, Self.name, kept.toOpaque(), { unsafe FullTextRanking.weigh($0, $1, $2, $3, $4) },
            { ranking in
                if let ranking = unsafe ranking { unsafe Unmanaged<FullTextRanking>.fromOpaque(ranking).release() }
            })
        // What FTS5 does not take it does not let go of.
        if code != SQLITE_OK { unsafe kept.release() }
        return code
    }

    /// Gives SQL the weight of a row: the smaller, the better it fits.
    private static func weigh(
        _ api: UnsafePointer<Fts5ExtensionApi>?, _ row: OpaquePointer?, _ result: OpaquePointer?, _ count: Int32,
        _ values: UnsafeMutablePointer<OpaquePointer?>?
    ) {
        guard let api = unsafe api, let data = unsafe api.pointee.xUserData(row) else { return }
        let ranking = unsafe Unmanaged<FullTextRanking>.fromOpaque(data).takeUnretainedValue()
        let weights = (0..<Int(count)).map { unsafe sqlite3_value_double(values?[$0]) }
        var score = 0.0
        let code = unsafe ranking.measure(row, by: api.pointee, weights: weights, into: &score)
        if code == SQLITE_OK {
            unsafe sqlite3_result_double(result, -score)
        } else {
            unsafe sqlite3_result_error_code(result, code)
        }
    }

    private func measure(
        _ row: OpaquePointer?, by api: Fts5ExtensionApi, weights: [Double], into score: inout Double
    ) -> Int32 {
        let phrases = Int(unsafe api.xPhraseCount(row))
        if measures.count != phrases + 1 {
            var made: [Double] = []
            let code = unsafe Self.measures(by: api, row, phrases, into: &made)
            guard code == SQLITE_OK else { return code }
            measures = made
        }
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
        let length = Self.k1 * (1 - Self.b + Self.b * Double(tokens) / measures[phrases])
        for (phrase, frequency) in frequencies.enumerated() {
            score += measures[phrase] * frequency * (Self.k1 + 1) / (frequency + length)
        }
        return SQLITE_OK
    }

    /// What holds for all rows: how much each phrase says, then the mean length of a row.
    private static func measures(
        by api: Fts5ExtensionApi, _ row: OpaquePointer?, _ phrases: Int, into measures: inout [Double]
    ) -> Int32 {
        var (rows, tokens): (Int64, Int64) = (0, 0)
        var code = unsafe api.xRowCount(row, &rows)
        if code == SQLITE_OK { code = unsafe api.xColumnTotalSize(row, -1, &tokens) }
        guard code == SQLITE_OK else { return code }
        guard rows > 0 else { return SQLITE_CORRUPT }
        measures = Array(repeating: 1, count: phrases) + [max(Double(tokens) / Double(rows), 1)]
        // One phrase alone weighs the same in every row, and the order does not depend on how much.
        guard phrases > 1 else { return SQLITE_OK }
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
            measures[phrase] = weight > 0 ? weight : 1e-6
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
