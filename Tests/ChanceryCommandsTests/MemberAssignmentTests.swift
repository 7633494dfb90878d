import CommandOptions
import LetterMerge
import LetterModel
import Testing

@testable import ChanceryCommands

/// `--set member=value`.
struct MemberAssignmentTests {
    static func letter(_ json: String, _ assignments: String...) throws -> String {
        let members = try #require(try JSONScanner.parse(Array(json.utf8)).members)
        var letter = Letter(members: members)
        for text in assignments { try MemberAssignment(parsing: text).apply(to: &letter) }
        return letter.json.canonicalText
    }

    @Test(arguments: [
        ("{}", "title=Reply", #"{"title":"Reply"}"#),
        ("{}", "title=a=b", #"{"title":"a=b"}"#),
        (#"{"title":"x"}"#, "title=", "{}"),
        (#"{"title":"x"}"#, "title:=\"\"", "{}"),
        ("{}", "tags:=[\"a\",\"b\"]", #"{"tags":["a","b"]}"#),
        ("{}", "registry.number=7/20", #"{"registry":{"number":"7/20"}}"#),
        (#"{"registry":{"number":"7"}}"#, "registry.number=", "{}"),
        ("{}", "senders.0.name=Ada", #"{"senders":[{"name":"Ada"}]}"#),
        (#"{"senders":[{"name":"Ada"}]}"#, "senders.1.name=Ben", #"{"senders":[{"name":"Ada"},{"name":"Ben"}]}"#),
        (#"{"senders":[{"name":"Ada"},{"name":"Ben"}]}"#, "senders.0.name=", #"{"senders":[{"name":"Ben"}]}"#),
        (#"{"senders":[{"name":"Ada"},{"name":"Ben"}]}"#, "senders.1=", #"{"senders":[{"name":"Ada"}]}"#),
        ("{}", #"extra.a\.b=x"#, #"{"extra":{"a.b":"x"}}"#),
        ("{}", "registry.number=", "{}"),
    ])
    func `sets, adds and removes`(before: String, assignment: String, after: String) throws {
        #expect(try Self.letter(before, assignment) == after)
    }

    @Test(arguments: ["", "title", "=x", "a..b=x", ".a=x", "a.=x", "title:=nope", "title:=[1,]", "x:=1.5"])
    func `what is no assignment is refused`(text: String) {
        #expect(throws: InvalidValue.self) { try MemberAssignment(parsing: text) }
    }

    @Test func `a path into a single value, or past the end of a list, is refused`() {
        #expect(throws: Failure.self) { try Self.letter(#"{"title":"x"}"#, "title.y=z") }
        #expect(throws: Failure.self) { try Self.letter(#"{"senders":[{"name":"A"}]}"#, "senders.2.name=B") }
        #expect(throws: Failure.self) { try Self.letter(#"{"senders":[{"name":"A"}]}"#, "senders.x.name=B") }
    }

    @Test(arguments: [
        "title", "senders.0.name", "registry.number", "notes.n1.text", "translations.de.body", "extra.anything.at.all",
        "events.0.agents.1.name", "date.edtf", "attachments.0.role",
    ])
    func `names that a letter has are taken`(path: String) throws {
        try MemberNames.check(try #require(MemberPath(parsing: path)))
    }

    @Test(arguments: [
        ("titel", "title"), ("senders.0.nmae", "name"), ("registry.numbr", "number"), ("date.etdf", "edtf"),
        ("notes.n1.txt", "text"), ("events.0.agents.0.rol", "role"),
    ])
    func `a slip of the pen is told the nearest name`(path: String, nearest: String) throws {
        let path = try #require(MemberPath(parsing: path))
        let failure = #expect(throws: Failure.self) { try MemberNames.check(path) }
        #expect(failure?.status == .wrongUsage)
        #expect(failure?.message.contains("did you mean \(nearest)?") == true)
    }
}
