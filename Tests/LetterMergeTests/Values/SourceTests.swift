import LetterMerge
import LetterModel
import Testing

/// Source: what two importers wrote of the same place in the same file never conflicts.
struct SourceTests {
    private func source(_ hash: String, _ version: Int, index: Int? = nil) -> JSONValue {
        var source: JSONObject = ["importerVersion": .integer(version), "sha256": .string(hash)]
        source["index"] = index.map(JSONValue.integer)
        return .object(source)
    }

    @Test func `of two imports of one source the newest importer's is shown`() {
        let view = LetterView(
            revision(1, ["source": source("s", 2), "title": "x"]),
            revision(2, ["source": source("s", 10), "title": "x"]))
        #expect(view["source"] == source("s", 10))
        #expect(view.conflicts.isEmpty)
    }

    @Test func `two places in one file, or two files, are a conflict`() {
        for other in [source("s", 1, index: 1), source("t", 1)] {
            let view = LetterView(revision(1, ["source": source("s", 1)]), revision(2, ["source": other]))
            #expect(view.fields == ["source"])
        }
    }

    @Test func `versions of one source count once among several sources`() {
        let view = LetterView(
            revision(1, ["source": source("s", 1)]), revision(2, ["source": source("t", 1)]),
            revision(3, ["source": source("s", 3)]))
        #expect(view.values("source") == [source("t", 1), source("s", 3)])
    }

    @Test func `a source that is no object is a scalar`() {
        let view = LetterView(revision(1, ["source": "a file"]), revision(2, ["source": source("s", 1)]))
        #expect(view.values("source") == ["a file", source("s", 1)])
    }
}
