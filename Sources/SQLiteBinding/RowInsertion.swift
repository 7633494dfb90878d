/// An INSERT that is run for many rows: SQLite goes from one to the next without beginning anew, which takes half the time for a small row.
///
/// ```swift
/// let letters = RowInsertion("INSERT OR FAIL INTO letter (number, id)", columnCount: 2)
/// try connection.run(letters, [.integer(1), .bytes(first), .integer(2), .bytes(second)])
/// ```
public struct RowInsertion: Sendable {
    fileprivate let columnCount: Int
    /// Inserts one row.
    fileprivate let single: String
    /// Inserts `rowsTogether` of them.
    fileprivate let several: String

    /// A statement that checks references keeps a copy of the last page for each time that it is run.
    fileprivate static let rowsTogether = 128

    /// An insertion.
    ///
    /// - Parameters:
    ///   - start: what stands before `VALUES`. It says `OR FAIL` or `OR IGNORE`: SQLite keeps a copy of each page that it changes for a statement
    ///     which may have to be taken back. After an error some of the rows are there, until the transaction is rolled back.
    ///   - columnCount: the number of values of a row.
    public init(_ start: String, columnCount: Int) {
        precondition(!start.hasPrefix("INSERT INTO"), "rows of a statement that may have to be taken back")
        self.columnCount = columnCount
        let row = "(" + repeatElement("?", count: columnCount).joined(separator: ", ") + ")"
        single = "\(start) VALUES \(row)"
        several = "\(start) VALUES " + repeatElement(row, count: Self.rowsTogether).joined(separator: ", ")
    }
}

extension Connection {
    /// Inserts rows.
    ///
    /// - Parameter values: of all columns of the first row, of the second, and so on.
    /// - Returns: How many rows were inserted: all, unless it says `OR IGNORE`.
    @discardableResult
    public func run(_ insertion: RowInsertion, _ values: [SQLiteValue]) throws(SQLiteError) -> Int {
        precondition(values.count % insertion.columnCount == 0, "whole rows")
        var count = 0
        var rest = values[...]
        while !rest.isEmpty {
            let many = insertion.columnCount * RowInsertion.rowsTogether
            let isFull = rest.count >= many
            let values = rest.prefix(isFull ? many : insertion.columnCount)
            rest = rest.dropFirst(values.count)
            try runInPlace(isFull ? insertion.several : insertion.single, values)
            count += changedRowCount
        }
        return count
    }
}
