import SQLiteBinding

extension ServerRegistry {
    /// Looks at what no hash covers, the lists of archives and tokens: pages, indexes, the rules of the tables, and whether each row can be
    /// read. A changed value that is still a possible one is not seen.
    ///
    /// - Returns: The first thing that is wrong; nil if all is well.
    func checkStructure() throws(ServerFailure) -> String? {
        let found: String? = try reading { connection in
            do {
                let result = try connection.first("PRAGMA integrity_check(1)") { (row) throws(SQLiteError) in
                    try row.text(0)
                }
                guard result == "ok" else { return result ?? "it cannot be read" }
                let orphans = try connection.rows("PRAGMA foreign_key_check") { row throws in try row.text(0) }
                return orphans.first.map { "table \($0) has rows that belong to nothing" }
            } catch let error as SQLiteError where error.kind == .corrupt {
                return error.message
            }
        }
        if let found { return found }
        do throws(ServerFailure) {
            _ = try archives()
            _ = try tokens()
            return nil
        } catch .registry(let reason) {
            return reason
        } catch {
            throw error
        }
    }
}
