import Hashing
import LetterMerge
import LetterModel

/// A revision id that tests can order: its last bytes are the number.
func id(_ number: Int) -> RevisionID {
    var bytes = [UInt8](repeating: 0, count: 30)
    bytes += [UInt8(number >> 8), UInt8(number & 255)]
    guard let digest = Digest(bytes: bytes) else { preconditionFailure("32 bytes are a digest") }
    return RevisionID(digest)
}

/// A revision of a letter, told in one line: `revision(2, after: [1], ["title": "Home"])`.
func revision(_ number: Int, after parents: [Int] = [], _ members: JSONObject) -> HistoryRevision {
    HistoryRevision(id: id(number), parents: parents.map(id), letter: Letter(members: members))
}

/// A tombstone.
func tombstone(_ number: Int, after parents: [Int]) -> HistoryRevision {
    HistoryRevision(id: id(number), parents: parents.map(id), letter: nil)
}

/// The view of revisions, with one member of the letter at hand.
extension LetterView {
    init(_ revisions: HistoryRevision...) {
        self = Merge.view(of: revisions)
    }

    subscript(member: String) -> JSONValue? { letter.members[member] }

    /// The fields in conflict.
    var fields: [String] { conflicts.map { $0.field?.description ?? "(deleted)" } }

    /// The values of the conflict in a field; nil stands for the removal.
    func values(_ field: String) -> [JSONValue?] {
        conflicts.first { $0.field?.description == field }?.values.map(\.value) ?? []
    }

    /// The hunks of the conflict in a field.
    /// The stretches in conflict with their alternatives, wherever they stand and whoever says so.
    func hunks(_ field: String) -> [Conflict.Hunk] {
        (conflicts.first { $0.field?.description == field }?.hunks ?? [])
            .map { Conflict.Hunk(base: $0.base, values: $0.values) }
    }
}
