private import CSQLite
import Glibc

/// Weighs what a full-text search finds as FTS5's own bm25() does, but for one thing: it does not count every row that holds a common word.
///
/// How much a word says depends on how many rows hold it. FTS5 reads all of them before it weighs the first one, which for the
/// beginning `mo*`, or for a phrase of common words, costs more than all the rest of a search. Here counting stops after so many rows, and from
/// how far in the table that was, the rest is estimated; where one phrase is all that is asked for, nothing is counted. What fewer rows hold is put into the order of bm25().
///
/// Several phrases can be taken as one, such as all words with a beginning: their rows and places then count as those of the beginning would. Columns of
/// weight 0 hold no words of the rows' texts: they make no row longer. Phrases that only narrow a search down weigh nothing.
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

    /// What holds for all rows of one search, once the first was weighed. It is kept here, and not with the statement, because a statement that
    /// looks at one row after the other begins a new query for each.
    private var measures: Measures?
    /// How many phrases are taken as one.
    private var phraseCounts: [Int] = []
    /// How many phrases weigh nothing.
    private var narrowingPhrases = 0

    /// Other words are asked for from now on.
    func begin(phraseCounts: [Int], narrowingPhrases: Int) {
        measures = nil
        self.phraseCounts = phraseCounts
        self.narrowingPhrases = narrowingPhrases
    }

    private struct Measures {
        /// Phrases that are taken as one each.
        let groups: [Range<Int>]
        /// How much each of them says.
        var weights: [Double]
        /// The mean length of a row.
        let length: Double
    }

    /// What FTS5 calls the pointer that it gives its functions by. SQLite keeps the text's place and not the text, so it must not be one that
    /// Swift makes for a call.
    ///
    /// Source: https://www.sqlite.org/c3ref/bind_blob.html
    private static let pointerType: StaticString = "fts5_api_ptr"

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
            let type = unsafe UnsafeRawPointer(Self.pointerType.utf8Start).assumingMemoryBound(to: CChar.self)
            let code = unsafe sqlite3_bind_pointer(statement, 1, place, type, nil)
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
        let weightless = weights.indices.filter { weights[$0] == 0 }
        if measures?.groups.last?.upperBound ?? 0 != phrases {
            let code = unsafe measure(row, by: api, phrases, weightless)
            guard code == SQLITE_OK else { return code }
        }
        guard let measures else { return SQLITE_OK }
        var tokens: Int32 = 0
        let code = unsafe api.xColumnSize(row, -1, &tokens)
        guard code == SQLITE_OK else { return code }
        for column in weightless {
            var others: Int32 = 0
            let code = unsafe api.xColumnSize(row, Int32(column), &others)
            guard code == SQLITE_OK else { return code }
            tokens -= others
        }
        let length = Self.k1 * (1 - Self.b + Self.b * Double(tokens) / measures.length)
        for (group, weight) in zip(measures.groups, measures.weights) {
            var frequency = 0.0
            for phrase in group {
                // Not xInst(), which for each place looks at all phrases.
                var iterator = unsafe Fts5PhraseIter()
                var (column, offset): (Int32, Int32) = (0, 0)
                let code = unsafe api.xPhraseFirst(row, Int32(phrase), &iterator, &column, &offset)
                guard code == SQLITE_OK else { return code }
                while column >= 0 {
                    frequency += weights.indices.contains(Int(column)) ? weights[Int(column)] : 1
                    unsafe api.xPhraseNext(row, &iterator, &column, &offset)
                }
            }
            score += weight * frequency * (Self.k1 + 1) / (frequency + length)
        }
        return SQLITE_OK
    }

    /// What holds for all rows.
    private func measure(
        _ row: OpaquePointer?, by api: Fts5ExtensionApi, _ phrases: Int, _ weightless: [Int]
    ) -> Int32 {
        var (rows, tokens): (Int64, Int64) = (0, 0)
        var code = unsafe api.xRowCount(row, &rows)
        if code == SQLITE_OK { code = unsafe api.xColumnTotalSize(row, -1, &tokens) }
        for column in weightless where code == SQLITE_OK {
            var others: Int64 = 0
            code = unsafe api.xColumnTotalSize(row, Int32(column), &others)
            tokens -= others
        }
        guard code == SQLITE_OK else { return code }
        guard rows > 0 else { return SQLITE_CORRUPT }
        var groups: [Range<Int>] = []
        var end = narrowingPhrases
        while end < phrases {
            let count = phraseCounts.indices.contains(groups.count) ? max(1, phraseCounts[groups.count]) : 1
            groups.append(end..<min(end + count, phrases))
            end += count
        }
        var made = Measures(
            groups: groups, weights: Array(repeating: 1, count: groups.count),
            length: max(Double(tokens) / Double(rows), 1))
        // What is asked for alone weighs the same in every row, and the order does not depend on how much.
        for (index, group) in groups.enumerated() where groups.count > 1 {
            let counter = Counter()
            for phrase in group {
                code = unsafe api.xQueryPhrase(row, Int32(phrase), Unmanaged.passUnretained(counter).toOpaque()) {
                    api, row, counter in
                    guard let api = unsafe api, let counter = unsafe counter else { return SQLITE_ERROR }
                    let counted = unsafe Unmanaged<Counter>.fromOpaque(counter).takeUnretainedValue()
                    return unsafe counted.count(api.pointee.xRowid(row)) ? SQLITE_OK : SQLITE_DONE
                }
                guard code == SQLITE_OK else { return code }
                counter.finishPhrase()
            }
            let (all, held) = (Double(rows), counter.estimate(of: rows))
            let weight = log((all - held + 0.5) / (held + 0.5))
            made.weights[index] = weight > 0 ? weight : 1e-6
        }
        measures = made
        return SQLITE_OK
    }

    /// The first rows that hold one of some phrases.
    private final class Counter {
        /// Those of the phrases before, ascending.
        private var first: [Int64] = []
        /// Those of this phrase, ascending.
        private var rows: [Int64] = []

        /// Takes the next row of a phrase; false if no further one is needed.
        func count(_ row: Int64) -> Bool {
            if first.count >= FullTextRanking.countedRows, let last = first.last, row >= last { return false }
            rows.append(row)
            return rows.count < FullTextRanking.countedRows
        }

        func finishPhrase() {
            guard !rows.isEmpty else { return }
            if first.isEmpty {
                first = rows
            } else {
                var all: [Int64] = []
                for row in (first + rows).sorted() where all.last != row { all.append(row) }
                first = Array(all.prefix(FullTextRanking.countedRows))
            }
            rows.removeAll(keepingCapacity: true)
        }

        /// How many there are among all rows, which are numbered from 1 without large gaps.
        func estimate(of rows: Int64) -> Double {
            guard first.count >= FullTextRanking.countedRows, let last = first.last else { return Double(first.count) }
            let seen = min(max(last, Int64(first.count)), rows)
            return min(Double(rows), Double(first.count) * Double(rows) / Double(max(seen, 1)))
        }
    }
}
