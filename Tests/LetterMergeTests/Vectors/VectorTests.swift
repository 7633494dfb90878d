import Foundation
import Hashing
import LetterMerge
import LetterModel
import Testing

/// Histories with the views that the executable model of the merge rule gives (see `make-vectors.py`): an implementation in
/// another language, from which this one was not copied, line by line.
struct VectorTests {
    /// `CHANCERY_VECTORS` names another file of them.
    static let file =
        ProcessInfo.processInfo.environment["CHANCERY_VECTORS"].map { URL(fileURLWithPath: $0) }
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("model.jsonl")

    @Test func `views are those of the executable model`() throws {
        let lines = try Data(contentsOf: Self.file).split(separator: 0x0A)
        #expect(lines.count >= 100)
        for line in lines {
            let vector = try #require(try JSONScanner.parse(Array(line)).members)
            let view = Merge.view(of: try #require(vector["revisions"]?.elements).map(Self.revision))
            let seed = Comment(rawValue: "seed \(vector["seed"]?.integer ?? -1)")
            #expect(view.heads.map { String($0.hex.prefix(8)) } == vector["heads"]?.elements?.compactMap(\.text), seed)
            #expect(view.conflicts.contains { $0.kind == .deletedAndEdited } == (vector["deleted"] == true), seed)
            let expected = try #require(vector["conflicts"]?.members)
            let fields = view.conflicts.compactMap { $0.field?.description }
            #expect(fields == expected.keys, seed)
            for conflict in view.conflicts {
                guard let field = conflict.field?.description else { continue }
                #expect(Self.alternatives(conflict) == Set(expected[field]?.elements ?? []), seed)
            }
            var shown = view.letter.members
            for field in fields { shown[field.split(separator: ".").map(String.init)[0]] = nil }
            #expect(shown == vector["shown"]?.members, seed)
        }
    }

    private static func revision(_ json: JSONValue) throws -> HistoryRevision {
        func id(_ json: JSONValue?) throws -> RevisionID {
            try #require(RevisionID(hex: String(repeating: json?.text ?? "", count: 8)))
        }
        return HistoryRevision(
            id: try id(json.members?["id"]), parents: try (json.members?["parents"]?.elements ?? []).map(id),
            letter: json.members?["letter"]?.members.map(Letter.init(members:)))
    }

    /// The runs of each hunk, or the values.
    private static func alternatives(_ conflict: Conflict) -> Set<JSONValue> {
        if !conflict.hunks.isEmpty {
            return Set(conflict.hunks.map { .array($0.values.map(JSONValue.string)) })
        }
        return Set(conflict.values.map { $0.value ?? .null })
    }
}
