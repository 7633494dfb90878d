import ArchiveServer
import Hashing
import LetterModel
import ServerTestSupport
import SyncProtocol
import Testing

/// Which archives there are, and how far each has come.
struct ArchiveRoutesTests {
    let live: LiveServer

    init() throws {
        live = try LiveServer()
    }

    func list(_ token: String) throws -> [JSONObject] {
        let answer = try live.send("GET", "/v1/archives", token: token)
        #expect(answer.status == 200)
        return try #require(try answer.members()["archives"]?.elements).compactMap(\.members)
    }

    @Test func `a token sees the archives that it is for, with its role`() throws {
        let one = try list(try live.token(.reader, "secret"))
        #expect(one.map { $0["name"]?.text } == ["secret"])
        #expect(one[0]["role"]?.text == "reader")
        #expect(try list(try live.token(.writer, nil)).map { $0["name"]?.text } == ["letters", "secret"])
    }

    @Test func `an archive tells its count, cursor and fingerprint, and a tag that changes with them`() throws {
        let token = try live.token(.writer)
        let before = try live.send("GET", "/v1/archives/letters", token: token)
        #expect(try before.members()["count"]?.integer == 0)
        let tag = try #require(before.fields["etag"])
        let unchanged = try live.send("GET", "/v1/archives/letters", token: token, fields: [("If-None-Match", tag)])
        #expect(unchanged.status == 304)
        #expect(unchanged.fields["etag"] == tag)

        let end = try live.exchange(token, pushing: [try SampleLetters.revision(1)]).response.end
        let after = try live.send("GET", "/v1/archives/letters", token: token, fields: [("If-None-Match", tag)])
        #expect(after.status == 200)
        #expect(after.fields["etag"] != tag)
        let members = try after.members()
        #expect(members["count"]?.integer == 1)
        #expect(members["cursor"]?.text == end.cursor.text)
        #expect(members["fingerprint"]?.text == end.fingerprint.hex)
        #expect(members["archive"]?.text == SampleLetters.archive.text)
    }

    @Test func `those who watch need no token and learn nothing`() throws {
        for path in ["/healthz", "/readyz"] {
            let answer = try live.send("GET", path)
            #expect(answer.status == 200)
            #expect(!answer.text.contains("letters"))
        }
    }
}
