import LetterModel
import Testing

struct LetterValidationTests {
    static func letter(_ json: String) throws -> Letter {
        let value = try JSONScanner.parse(Array(json.utf8))
        return Letter(members: try #require(value.members))
    }

    @Test(arguments: [
        "{}", #"{"x-new":{"a":[1,true,"x",[0]]}}"#,
        #"{"kind":"papyrus","status":"lost","access":{"level":"secret","until":"2050","reason":"x"}}"#,
        #"{"date":{"edtf":"1820~","text":"x","calendar":"julian","certainty":"low","x":1}}"#,
        #"{"senders":[{"name":"A","uris":["u"]},{"name":"B"}],"recipients":[{"x":false}]}"#,
        #"{"events":[{"type":"received","agents":[{"name":"A"}],"places":[{"name":"P","uris":["u"]}],"date":{"edtf":"1820"}}]}"#,
        #"{"language":"az-Latn","languages":["en","zh-Hant-TW"],"translations":{"de":{"body":"x","translator":"y"}}}"#,
        #"{"notes":{"n1":{"text":"x","author":"y","at":"z"}},"registry":{"direction":"in","dueDate":"2020-07-15","receivedDate":"2020-07"}}"#,
        #"{"attachments":[{"blob":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","size":0,"order":1}]}"#,
        #"{"source":{"sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","index":0,"importerVersion":1,"harvestedOn":"2020-07"}}"#,
        #"{"tags":["a","b"],"identifiers":[{"scheme":"url","value":"u"}],"extra":{"any":{"thing":[0]}}}"#,
    ])
    func `a good letter is valid, with words and members that nobody knows`(json: String) throws {
        #expect(throws: Never.self) { try Self.letter(json).validate() }
    }

    @Test(
        arguments: [
            (#"{"title":1}"#, "title", .shape), (#"{"title":["x"]}"#, "title", .shape),
            (#"{"kind":true}"#, "kind", .shape),
            (#"{"date":"2020"}"#, "date", .shape), (#"{"date":{"edtf":2020}}"#, "date.edtf", .shape),
            (#"{"senders":{"name":"x"}}"#, "senders", .shape),
            (#"{"senders":["x"]}"#, "senders[0]", .shape),
            (#"{"senders":[{"name":"a"},{"name":"b"},{"name":1}]}"#, "senders[2].name", .shape),
            (#"{"senders":[{"uris":"u"}]}"#, "senders[0].uris", .shape),
            (#"{"events":[{"agents":[{"role":1}]}]}"#, "events[0].agents[0].role", .shape),
            (#"{"events":[{"places":[{"name":1}]}]}"#, "events[0].places[0].name", .shape),
            (#"{"tags":"x"}"#, "tags", .shape),
            (#"{"tags":[1]}"#, "tags[0]", .shape), (#"{"translations":{"de":"x"}}"#, "translations.de", .shape),
            (#"{"translations":{"de":{"body":1}}}"#, "translations.de.body", .shape),
            (#"{"notes":["x"]}"#, "notes", .shape),
            (#"{"attachments":[{"size":"1"}]}"#, "attachments[0].size", .shape), (#"{"extra":[1]}"#, "extra", .shape),
            (#"{"body":false}"#, "body", .shape),
            (#"{"title":""}"#, "title", .vacant), (#"{"title":null}"#, "title", .vacant),
            (#"{"tags":[]}"#, "tags", .vacant), (#"{"date":{}}"#, "date", .vacant),
            (#"{"tags":["a",""]}"#, "tags[1]", .vacant), (#"{"senders":[{}]}"#, "senders[0]", .vacant),
            (#"{"x":{"y":[{"z":null}]}}"#, "x.y[0].z", .vacant),
            (#"{"extra":{"a":""}}"#, "extra.a", .vacant), (#"{"x":[[1],[]]}"#, "x[1]", .vacant),
            (#"{"a b":{"":""}}"#, #""a b"."""#, .vacant),
            (#"{"date":{"edtf":"2020-02-30"}}"#, "date.edtf", .date),
            (#"{"events":[{"date":{"edtf":"x"}}]}"#, "events[0].date.edtf", .date),
            (#"{"registry":{"dueDate":"tomorrow"}}"#, "registry.dueDate", .date),
            (#"{"registry":{"receivedDate":"1.2.2020"}}"#, "registry.receivedDate", .date),
            (#"{"access":{"until":"2050-13"}}"#, "access.until", .date),
            (#"{"source":{"harvestedOn":"x"}}"#, "source.harvestedOn", .date),
            (#"{"language":"english language"}"#, "language", .language),
            (#"{"languages":["en","x_y"]}"#, "languages[1]", .language),
            (#"{"language":"1a"}"#, "language", .language), (#"{"language":"en-"}"#, "language", .language),
            (
                #"{"translations":{"deutsche":{"body":"x"},"the deutsche":{"body":"x"}}}"#,
                #"translations."the deutsche""#, .language
            ),
            (#"{"attachments":[{"blob":"abc"}]}"#, "attachments[0].blob", .digest),
            (#"{"source":{"sha256":"ABC"}}"#, "source.sha256", .digest),
            (#"{"attachments":[{"size":-1}]}"#, "attachments[0].size", .number),
            (#"{"attachments":[{"size":4294967297}]}"#, "attachments[0].size", .number),
            (#"{"source":{"index":-1}}"#, "source.index", .number), (#"{"tags":["a","b","a"]}"#, "tags[2]", .duplicate),
            (#"{"senders":[{"name":"x"},{"name":"x"}]}"#, "senders[1]", .duplicate),
        ] as [(String, String, LetterError.Code)])
    func `an error names the member and what is wrong with it`(json: String, member: String, code: LetterError.Code)
        throws
    {
        let letter = try Self.letter(json)
        #expect {
            try letter.validate()
        } throws: { error in
            guard let error = error as? LetterError else { return false }
            return error.code == code && error.member.hasPrefix(member) && !error.advice.isEmpty
        }
    }

    @Test func `one file is attached once, whatever it is called`() throws {
        let blob = String(repeating: "a", count: 64)
        let letter = try Self.letter(
            #"{"attachments":[{"blob":"\#(blob)","name":"a"},{"blob":"\#(blob)","name":"b"}]}"#)
        #expect { try letter.validate() } throws: { ($0 as? LetterError)?.code == .duplicate }
    }

    @Test func `the limits are kept and named`() {
        func error(_ name: String, _ value: JSONValue) -> LetterError? {
            do {
                try Letter(members: [name: value]).validate()
                return nil
            } catch {
                return error
            }
        }
        func texts(_ count: Int) -> JSONValue { .array((0..<count).map { .string("\($0)") }) }
        func agents(_ count: Int) -> JSONValue { .array((0..<count).map { ["name": .string("\($0)")] }) }
        #expect(error("tags", texts(Limits.tags)) == nil)
        #expect(error("tags", texts(Limits.tags + 1))?.code == .limit)
        #expect(error("senders", agents(Limits.agents)) == nil)
        #expect(error("recipients", agents(Limits.agents + 1))?.member == "recipients")
        #expect(error("body", .string(String(repeating: "a", count: Limits.bodyBytes))) == nil)
        #expect(error("body", .string(String(repeating: "a", count: Limits.bodyBytes + 1)))?.code == .limit)
        #expect(
            error("notes", ["n": ["text": .string(String(repeating: "a", count: Limits.bodyBytes + 1))]])?.member
                == "notes.n.text")
        #expect(error("extra", ["x": .string(String(repeating: "a", count: Limits.contentBytes))])?.code == .limit)
        #expect(error("notes", [String(repeating: "n", count: Limits.labelBytes + 1): ["text": "x"]])?.code == .limit)
        #expect(error("x", .integer(JSONValue.integerLimit)) == nil)
        #expect(error("x", .integer(JSONValue.integerLimit + 1))?.code == .number)
        #expect(error("x", .integer(.min))?.code == .number)
        var deep: JSONValue = 1
        for _ in 0..<63 { deep = [deep] }
        #expect(error("x", deep) == nil)
        #expect(error("x", [deep])?.code == .limit)
        for _ in 0..<10_000 { deep = [deep] }
        #expect(error("x", deep)?.code == .limit)
    }

    @Test func `whatever is valid can be written and read`() throws {
        var checked = 0
        for seed in 0..<2_000 as Range<UInt64> {
            var generator = ValueGenerator(seed: seed)
            guard let members = generator.value().members else { continue }
            let letter = Letter(members: members)
            do { try letter.validate() } catch { continue }
            #expect(try Revision.letter(parsing: members.canonicalBytes) == letter)
            checked += 1
        }
        #expect(checked > 50)
    }

    @Test func `an error never holds the text of the letter`() throws {
        for json in [
            #"{"date":{"edtf":"secret words"}}"#, #"{"language":"secret words"}"#,
            #"{"tags":["secret words","secret words"]}"#, #"{"attachments":[{"blob":"secret words"}]}"#,
        ] {
            let letter = try Self.letter(json)
            #expect { try letter.validate() } throws: { !"\($0)".contains("secret") }
        }
    }
}
