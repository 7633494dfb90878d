package import LetterModel
import SQLiteBinding

extension SQLiteReplicaStore {
    /// How much a search takes into the index before it answers: about a second's work.
    static let indexedBytesPerSearch = 32 * 1024 * 1024
    /// How much one transaction takes in: others that write wait no longer than that.
    private static let indexedBytesPerTransaction = 8 * 1024 * 1024

    /// Takes letters into the search index that it does not hold yet, in several transactions.
    ///
    /// - Parameter maximumBytes: stop after about so many bytes of letters.
    /// - Returns: how many letters are left.
    @discardableResult
    public func catchUpSearchIndex(maximumBytes: Int = .max) throws(StoreError) -> Int {
        var done = 0
        while true {
            done += Self.indexedBytesPerTransaction
            let isLast = done >= maximumBytes
            // What is left is counted only where it is told: counting reads all that is left.
            let left: Int? = try connections.write { connection in
                let index = SearchIndex(connection)
                guard try index.catchUp(maximumBytes: Self.indexedBytesPerTransaction) else { return 0 }
                return isLast ? try index.unindexed() : nil
            }
            if let left { return left }
        }
    }

    /// Letters that fit a query, in its order.
    public func search(_ query: SearchQuery, limit: Int, offset: Int) throws(StoreError) -> SearchResult {
        try completeList()
        let isBehind = try connections.read { connection in
            let index = SearchIndex(connection)
            return try index.isBehind()
        }
        if isBehind { try catchUpSearchIndex(maximumBytes: Self.indexedBytesPerSearch) }
        let match = SearchMatch(query)
        guard !match.isEmpty else {
            return SearchResult(hits: [], unindexed: try connections.read { try SearchIndex($0).unindexed() })
        }
        return try connections.read { connection in
            let index = SearchIndex(connection)
            let truth = TruthTables(connection)
            var snippets = SnippetMaker(connection, match: match.words)
            var hits: [SearchResult.Hit] = []
            for number in try index.find(query, limit: limit, offset: offset, .measured) {
                let id = try truth.letterID(number)
                do {
                    let view = try truth.view(ofLetter: number, heads: try truth.heads(ofLetter: number))
                    let snippet = try snippets.snippet(of: view)
                    hits.append(
                        SearchResult.Hit(
                            letter: LetterSummary(id, view), snippet: snippet.text, matches: snippet.matches))
                } catch StoreError.damaged {
                    // It was found by what the index holds of it, and delays no other letter. What is searched for is not deleted.
                    let conflicts = try connection.integer(
                        "SELECT conflicts FROM summary WHERE letter = ?", [.integer(number)])
                    let letter = LetterSummary.damaged(id, conflicts: conflicts ?? 0, isDeleted: false)
                    hits.append(SearchResult.Hit(letter: letter, snippet: "", matches: []))
                }
            }
            try snippets.end()
            return SearchResult(hits: hits, unindexed: try index.unindexed())
        }
    }

    /// The letters alone that a search gives, whatever the costs say; the index must have caught up.
    package func lettersFound(
        _ query: SearchQuery, limit: Int, offset: Int, costs: SearchCosts
    ) throws(StoreError) -> [LetterID] {
        try connections.read { connection in
            let truth = TruthTables(connection)
            return try SearchIndex(connection).find(query, limit: limit, offset: offset, costs)
                .map { try truth.letterID($0) }
        }
    }
}
