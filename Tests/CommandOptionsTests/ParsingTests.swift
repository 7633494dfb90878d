import CommandOptions
import Testing

@Suite(.optionsInAnyOrder) struct ParsingTests {
    @Test(arguments: [
        ["list", "--limit", "5", "--tag", "a", "--tag", "b", "x", "y"],
        ["list", "--limit=5", "--tag=a", "--tag=b", "x", "y"],
        ["list", "-n5", "-ta", "-tb", "x", "y"],
        ["list", "-n", "5", "-t", "a", "-t", "b", "x", "y"],
        ["list", "-n=5", "-t=a", "-t=b", "x", "y"],
        ["list", "x", "--limit", "5", "-ta", "y", "--tag", "b"],
        ["list", "--limit", "5", "-ta", "-tb", "--", "x", "y"],
        ["list", "--limit", "5", "-ta", "-tb", "x", "--", "y"],
    ])
    func `the ways to write options give the same values`(words: [String]) throws {
        let values = try Sample.values(words, payload: "list")
        #expect(values[Sample.List.limit] == 5)
        #expect(values[Sample.List.tags] == ["a", "b"])
        #expect(values[Sample.List.ids] == ["x", "y"])
    }

    @Test func `what is not given has its default`() throws {
        let values = try Sample.values(["list"])
        #expect(values[Sample.List.limit] == nil)
        #expect(values[Sample.List.offset] == 0)
        #expect(values[Sample.List.format] == .text)
        #expect(values[Sample.List.tags] == [])
        #expect(values[Sample.List.ids] == [])
        #expect(values[Sample.archive] == nil)
        #expect(!values[Sample.json])
    }

    @Test(arguments: [
        ["--archive", "A", "-j", "list", "x"], ["--archive=A", "list", "--json", "x"],
        ["list", "x", "-j", "--archive", "A"], ["-qj", "list", "--archive", "A", "x"],
        ["--", "list", "x", "--archive", "A", "--json"], ["-j", "list", "-j", "--json", "--archive", "A", "x"],
    ])
    func `options of the program stand before and behind the command`(words: [String]) throws {
        let values = try Sample.values(words)
        #expect(values[Sample.archive] == "A")
        #expect(values[Sample.json])
        #expect(values[Sample.List.ids] == ["x"])
    }

    @Test func `they also stand between the words of a command`() throws {
        let values = try Sample.values(["remote", "--json", "add", "origin", "U"], payload: "add")
        #expect(values[Sample.json])
        #expect(values[Sample.Clone.url] == "U")
    }

    @Test func `a hyphen is an argument and a value`() throws {
        let values = try Sample.values(["list", "-", "--tag", "-", "-t-"])
        #expect(values[Sample.List.ids] == ["-"])
        #expect(values[Sample.List.tags] == ["-", "-"])
    }

    @Test func `behind two hyphens nothing is an option`() throws {
        let values = try Sample.values(["list", "--", "--json", "-n", "--", "--nonsense", ""])
        #expect(values[Sample.List.ids] == ["--json", "-n", "--", "--nonsense", ""])
        #expect(!values[Sample.json])
    }

    @Test func `a value may look like an option and may be empty`() throws {
        let values = try Sample.values(["list", "--tag", "--", "--tag", "--json", "--tag=", "--tag", "", "--tag==a=b"])
        #expect(values[Sample.List.tags] == ["--", "--json", "", "", "=a=b"])
        #expect(!values[Sample.json])
        #expect(try Sample.values(["list", "--shift", "-3"])[Sample.List.shift] == -3)
    }

    @Test(arguments: [
        "!#:+", "a!#:+b", "!", "!!", "!\u{1}", "!#:+!#:+", "é!\u{301}#:+", "\u{1}!", "50% $HOME \\ \"'", "한글 🙂",
    ])
    func `a text arrives as it was written`(text: String) throws {
        let values = try Sample.values(["list", "--tag", text, "--tag=\(text)", "-t\(text)", text, "next"])
        #expect(values[Sample.List.tags].map { Array($0.utf8) } == Array(repeating: Array(text.utf8), count: 3))
        #expect(values[Sample.List.ids].map { Array($0.utf8) } == [Array(text.utf8), Array("next".utf8)])
    }

    @Test func `words are given to arguments from the left and leave what the others need`() throws {
        let one = try Sample.values(["clone", "U"])
        #expect(one[Sample.Clone.url] == "U")
        #expect(one[Sample.Clone.folder] == nil)
        #expect(try Sample.values(["clone", "U", "F"])[Sample.Clone.folder] == "F")
        let attached = try Sample.values(["attach", "1", "a", "b"])
        #expect(attached[Sample.Attach.id] == "1")
        #expect(attached[Sample.Attach.files] == ["a", "b"])
        let copied = try Sample.values(["copy", "a", "b", "to"])
        #expect(copied[Sample.Copy.sources] == ["a", "b"])
        #expect(copied[Sample.Copy.target] == "to")
    }

    @Test func `the environment supplies what the command line does not`() throws {
        let environment = [
            "SAMPLE_ARCHIVE": "E", "SAMPLE_TAG": "e", "SAMPLE_FORMAT": "tei", "SAMPLE_QUIET": "1", "SAMPLE_DATA": "D",
        ]
        let values = try Sample.values(["list"], environment: environment)
        #expect(values[Sample.archive] == "E")
        #expect(values[Sample.List.tags] == ["e"])
        #expect(values[Sample.List.format] == .tei)
        #expect(values[Sample.quiet])
        #expect(try Sample.values(["serve"], environment: environment)[Sample.Serve.data] == "D")
        let given = try Sample.values(["list", "--archive", "A", "-t", "a", "-fjson"], environment: environment)
        #expect(given[Sample.archive] == "A")
        #expect(given[Sample.List.tags] == ["a"])
        #expect(given[Sample.List.format] == .json)
    }

    @Test(arguments: ["", "0", "false"])
    func `a flag can be switched off in the environment`(text: String) throws {
        #expect(try !Sample.values(["list"], environment: ["SAMPLE_QUIET": text])[Sample.quiet])
    }

    @Test func `an empty variable counts as not set`() throws {
        #expect(try Sample.values(["list"], environment: ["SAMPLE_ARCHIVE": ""])[Sample.archive] == nil)
    }

    @Test(arguments: ["1", "1000", "007", "0000000000000000000000000000012"])
    func `a whole number is decimal digits within its bounds`(text: String) throws {
        #expect(try Sample.values(["list", "--limit", text])[Sample.List.limit] == Int(text))
    }

    @Test func `the largest number is a number`() throws {
        #expect(try Sample.values(["list", "--offset", "9223372036854775807"])[Sample.List.offset] == Int.max)
    }

    @Test func `the payload says which command was called`() throws {
        _ = try Sample.values(["remote", "list"], payload: "list remotes")
        #expect(throws: Sample.UnexpectedResult.self) { try Sample.values(["remote", "list"], payload: "list") }
    }

    @Test func `bytes that are not text are refused`() throws {
        let bytes = [Array("list".utf8), [0x66, 0xff], Array("--json".utf8)]
        let error = #expect(throws: UsageError.self) { try Sample.program.parse(bytes, environment: [:]) }
        #expect(error?.code == .notText)
        #expect(error?.message == "argument 2 is not UTF-8 text")
        #expect(error?.isGiven(Sample.json) == true)
        guard case .command = try Sample.program.parse([Array("list".utf8)], environment: [:]) else {
            Issue.record("text was refused")
            return
        }
    }

    @Test func `the arguments of a process keep their bytes`() throws {
        var name: [CChar] = [0x73, 0]
        var first: [CChar] = [CChar(bitPattern: 0xff), 0x61, 0]
        var second: [CChar] = [0]
        let arguments = name.withUnsafeMutableBufferPointer { name in
            first.withUnsafeMutableBufferPointer { first in
                second.withUnsafeMutableBufferPointer { second in
                    var values = [name.baseAddress, first.baseAddress, second.baseAddress, nil]
                    return values.withUnsafeMutableBufferPointer { values in
                        values.baseAddress.map { argumentBytes(count: 3, values: $0) }
                    }
                }
            }
        }
        #expect(arguments == [[0xff, 0x61], []])
    }
}
