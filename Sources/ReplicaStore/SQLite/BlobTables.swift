import Glibc
import Hashing
import LetterModel
import SQLiteBinding

/// Which revisions refer to which blobs, and which blobs are here, inside a transaction.
struct BlobTables {
    private let connection: Connection
    private let folder: ReplicaFolder

    init(_ connection: Connection, folder: ReplicaFolder) {
        self.connection = connection
        self.folder = folder
    }

    private static let memberName = Array("\"attachments\"".utf8)

    /// A blob that a revision refers to, and how many bytes it has, as far as the revision says so.
    typealias Reference = (blob: BlobID, byteCount: Int?)

    /// Notes the blobs that a revision refers to.
    func add(_ references: [Reference], at sequence: Int) throws(SQLiteError) {
        for (position, reference) in references.enumerated() {
            let number = try blobNumber(reference.blob)
            try connection.run(
                "INSERT INTO blob_reference (revision, position, blob, byte_count) VALUES (?, ?, ?, ?)",
                [.integer(sequence), .integer(position), .integer(number), .integer(reference.byteCount)])
        }
    }

    private static func mayHaveAttachments(_ content: [UInt8]) -> Bool {
        content.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, bytes.count >= memberName.count else { return false }
            let last = bytes.count - memberName.count
            var offset = 0
            while offset <= last, let quote = memchr(start + offset, Int32(memberName[0]), last - offset + 1) {
                if memcmp(quote, memberName, memberName.count) == 0 { return true }
                offset = UnsafeRawPointer(quote) - start + 1
            }
            return false
        }
    }

    /// The blobs that a revision refers to, each once, in the order of its attachments.
    static func references(in revision: Revision) -> [Reference] {
        // Most contents have no attachment: look for the name before parsing the bytes.
        guard let content = revision.contentBytes, mayHaveAttachments(content) else { return [] }
        return revision.letter.map(references(in:)) ?? []
    }

    /// The same, of what the revision says.
    static func references(in letter: Letter) -> [Reference] {
        var seen: Set<BlobID> = []
        return letter.attachments.compactMap { attachment in
            guard let blob = attachment.blob, seen.insert(blob).inserted else { return nil }
            return (blob, attachment.size)
        }
    }

    private func blobNumber(_ id: BlobID) throws(SQLiteError) -> Int {
        if let known = try connection.integer("SELECT number FROM blob WHERE id = ?", [.bytes(id.digest.bytes)]) {
            return known
        }
        // Looked at while nobody else can write: whoever stores the file later finds this row.
        try connection.run(
            "INSERT INTO blob (id, is_here) VALUES (?, ?)",
            [.bytes(id.digest.bytes), .bool(BlobFiles(folder).contains(id))])
        return connection.lastInsertedRow
    }

    /// Notes that the bytes of a blob are here, or no longer.
    func set(_ id: BlobID, isHere: Bool) throws(SQLiteError) {
        try connection.run(
            "UPDATE blob SET is_here = ? WHERE id = ?", [.bool(isHere), .bytes(id.digest.bytes)])
    }

    /// What a SELECT of the columns blob.id, letter.id and byte_count gives.
    static func reference(_ row: Row) throws -> BlobReference {
        guard let blob = Digest(bytes: row.bytes(0)), let letter = LetterID(bytes: row.bytes(1)) else {
            throw StoreError.damaged(object: "archive.sqlite")
        }
        return BlobReference(blob: BlobID(blob), letter: letter, byteCount: row.optionalInteger(2))
    }

    /// The tables that `reference` reads from.
    static let join = """
        blob_reference JOIN blob ON blob.number = blob_reference.blob
        JOIN revision ON revision.sequence = blob_reference.revision JOIN letter ON letter.number = revision.letter
        """
}
