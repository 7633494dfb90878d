public import LetterModel
public import ReplicaStore

/// Revisions and letters for tests: the same ones on every run.
public struct RevisionMaker {
    /// The archive that the revisions belong to.
    public let archive: ArchiveID

    /// Makes revisions of this archive.
    public init(archive: ArchiveID = RevisionMaker.archive(1)) {
        self.archive = archive
    }

    /// One of many archives.
    public static func archive(_ number: Int) -> ArchiveID {
        ArchiveID.make(
            time: Timestamp(milliseconds: 1_700_000_000_000 + number), random: [UInt8](repeating: 1, count: 10))
    }

    /// One of many letters; their ids ascend with the number.
    public static func letterID(_ number: Int) -> LetterID {
        LetterID.make(
            time: Timestamp(milliseconds: 1_700_000_000_000 + number), random: [UInt8](repeating: 7, count: 10))
    }

    /// A revision of a letter with this body; nil for a tombstone.
    public func revision(
        _ letter: Int, _ body: String?, after parents: [Revision] = [], author: String = "Ada"
    ) throws -> Revision {
        var content = Letter()
        content.body = body
        return try revision(letter, letter: body == nil ? nil : content, after: parents, author: author)
    }

    /// A revision of a letter with this content; nil for a tombstone.
    public func revision(
        _ letter: Int, letter content: Letter?, after parents: [Revision] = [], author: String = "Ada"
    ) throws -> Revision {
        let reason = Reason(content == nil ? .delete : parents.isEmpty ? .create : .edit)
        let header = RevisionHeader(
            archive: archive, letter: RevisionMaker.letterID(letter), parents: parents.map(\.id).sorted(), content: nil,
            author: Author(author), device: "test", time: Timestamp(milliseconds: 1_750_000_000_000), reason: reason)
        return try Revision(header: header, letter: content)
    }

    /// An ingestion of these revisions.
    public func ingestion(
        _ revisions: [Revision], _ missingParents: Ingestion.MissingParents = .refuse, remote: String? = nil,
        advance: CursorAdvance? = nil
    ) -> Ingestion {
        Ingestion(
            archive: archive, revisions: revisions, missingParents: missingParents, remote: remote, advance: advance)
    }
}

extension ReplicaStore {
    /// The revisions of the log, all of them; throws if one is damaged.
    public func allRevisions() throws -> [Revision] {
        let end = try logState().end.sequence
        return try logEntries(after: 0, through: end, maximumBytes: .max).map { entry in
            switch entry {
            case .intact(let logged): logged.revision
            case .damaged(_, let id): throw StoreError.damaged(object: id.hex)
            }
        }
    }
}

/// What does not hold, and where it was asked for.
public struct ConformanceFailure: Error, CustomStringConvertible {
    /// What was expected and what came.
    public let description: String
}

/// Fails unless both are equal.
func expect<Value: Equatable>(
    _ value: Value, equals expected: Value, _ what: String = "", file: StaticString = #fileID, line: Int = #line
) throws {
    guard value == expected else {
        throw ConformanceFailure(description: "\(file):\(line): \(what): \(value) is not \(expected)")
    }
}

/// Fails unless it is true.
func expect(_ isTrue: Bool, _ what: String, file: StaticString = #fileID, line: Int = #line) throws {
    guard isTrue else { throw ConformanceFailure(description: "\(file):\(line): \(what)") }
}

/// Fails unless the call throws this error.
func expect(
    throws expected: StoreError, file: StaticString = #fileID, line: Int = #line, _ body: () throws -> Void
) throws {
    do {
        try body()
    } catch let error as StoreError {
        return try expect(error, equals: expected, "error", file: file, line: line)
    }
    throw ConformanceFailure(description: "\(file):\(line): nothing was thrown instead of \(expected)")
}
