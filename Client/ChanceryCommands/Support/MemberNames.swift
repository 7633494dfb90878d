import LetterMerge
import LetterModel

/// The members that this version knows: a slip of the pen must not become a member of its own.
enum MemberNames {
    private static let agent = ["name", "kind", "role", "honorific", "onBehalfOf", "uris", "certainty", "evidence"]
    private static let date = ["edtf", "text", "calendar", "certainty"]
    private static let place = ["name", "uris", "certainty"]

    /// Names inside parts by the member; empty for members without parts.
    static let known: [(name: String, inside: [String])] = [
        ("kind", []), ("title", []), ("date", date), ("place", place), ("senders", agent), ("recipients", agent),
        ("events", ["type", "agents", "places", "date"]), ("language", []), ("languages", []), ("salutation", []),
        ("valediction", []), ("dateline", []), ("signature", []), ("body", []), ("postscript", []),
        ("translations", ["body", "translator"]), ("summary", []), ("tags", []), ("identifiers", ["scheme", "value"]),
        ("relations", ["type", "target"]),
        ("witnesses", ["kind", "repository", "collection", "shelfmark", "extent"]),
        ("mentions", ["kind", "text", "uri"]),
        ("attachments", ["blob", "name", "mediaType", "size", "role", "order"]), ("collection", []),
        ("registry", ["direction", "number", "receivedDate", "handler", "dueDate"]),
        ("access", ["level", "until", "reason"]), ("rights", ["licence", "holder", "credit"]), ("status", []),
        ("notes", ["text", "author", "at"]),
        ("source", ["sha256", "harvestedOn", "importer", "importerVersion", "charset", "index"]), ("extra", []),
    ]

    /// Refuses a path whose names are not known, and names the nearest one. Keys of maps, places in lists and everything in
    /// `extra` are free.
    static func check(_ path: MemberPath) throws {
        guard let first = path.components.first else { return }
        guard let entry = known.first(where: { $0.name.hasSameBytes(as: first) }) else {
            throw unknown(first, in: known.map(\.name), path)
        }
        let inside = path.components.dropFirst()
        guard let last = inside.last, !entry.inside.isEmpty, last.utf8.allSatisfy({ !(0x30...0x39).contains($0) }) else { return }
        let isKeyOfMap = inside.count == 1 && ["translations", "notes"].contains { $0.hasSameBytes(as: first) }
        guard !isKeyOfMap, entry.name != "events" || inside.count < 3 else { return }
        guard entry.inside.contains(where: { $0.hasSameBytes(as: last) }) else {
            throw unknown(last, in: entry.inside, path)
        }
    }

    private static func unknown(_ name: String, in names: [String], _ path: MemberPath) -> Failure {
        let nearest = names.min { distance(name, $0) < distance(name, $1) } ?? ""
        return Failure(
            "unknownMember",
            "a letter has no \(path); did you mean \(nearest)? Fields of your own go into extra, as extra.\(name)",
            status: .wrongUsage)
    }

    /// The number of bytes to insert, remove or replace.
    private static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.lowercased().utf8), Array(right.lowercased().utf8))
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
