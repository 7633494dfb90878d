public import LetterModel

/// The canonical text form of a letter: what `export --format text` writes and `edit` opens.
///
///     ---
///     chancery: 1
///     id: 019ab1c2-7f00-7000-8000-000000000002
///     date:
///       edtf: 2020-07-15
///     senders:
///       - name: Ada
///         kind: person
///     signature: |
///       Ada
///       Countess of Lovelace
///     tags:
///       - family
///     ---
///
///     The body, as it is.
///
///     --- postscript
///
///     And one more thing.
///
/// The block holds every member but body and postscript. `name: text` is always text: plain, in JSON's quotes, or after
/// `|` on lines of its own, each two spaces further in. `name:= JSON` is any other value. Lines of the block that begin
/// with `#` are for people. One empty line after the block, one on each side of the line before the postscript, and one
/// newline at the end belong to the form, not to the texts. A line of a text that looks like the line before the
/// postscript has a backslash before it.
///
/// For every letter, `parse(render(letter))` is that letter, byte for byte.
public enum ChanceryTextForm {
    /// A letter with the id that the form gives it.
    public struct Document: Hashable, Sendable {
        /// The id; nil if the form does not say.
        public var id: LetterID?
        /// The letter.
        public var letter: Letter

        /// A document of its parts.
        public init(id: LetterID?, letter: Letter) {
            self.id = id
            self.letter = letter
        }
    }

    /// The line that begins and ends the block.
    static let fence = "---"
    /// The line by which the form is recognised, the second of all.
    static let versionLine = "chancery: 1"
    /// The line between body and postscript.
    static let postscriptLine = "--- postscript"

    /// The bytes of a letter in this form, with a newline at the end. UTF-8.
    public static func render(_ letter: Letter, id: LetterID? = nil) -> [UInt8] {
        let body = text(letter.members["body"])
        let postscript = text(letter.members["postscript"])
        var members = letter.members
        // Vacant ones, or ones that are no text, have their place in the block.
        if body != nil { members["body"] = nil }
        if postscript != nil { members["postscript"] = nil }

        var writer = TextFormWriter()
        writer.line(fence, indent: 0)
        writer.line(versionLine, indent: 0)
        if let id { writer.line("id: \(id.text)", indent: 0) }
        writer.members(of: members, schema: LetterSchema.letter, indent: 0)
        writer.line(fence, indent: 0)
        if let body {
            writer.line("", indent: 0)
            writer.lines(of: body)
        }
        if let postscript {
            writer.line("", indent: 0)
            writer.line(postscriptLine, indent: 0)
            writer.line("", indent: 0)
            writer.lines(of: postscript)
        }
        return writer.bytes
    }

    /// Reads a letter in this form; the error names the line and says what was expected.
    ///
    /// The letter is not validated: the form can hold any letter.
    public static func parse(_ bytes: [UInt8]) throws(TextFormError) -> Document {
        var parser = try TextFormParser(bytes)
        var document = try parser.block()
        let texts = try parser.texts()
        for (name, text) in [("body", texts.body), ("postscript", texts.postscript)] {
            guard let text else { continue }
            guard document.letter.members[name] == nil else {
                throw TextFormError(
                    .duplicate, line: parser.lineNumber, expected: "the \(name) either in the block or below it")
            }
            document.letter.members[name] = .string(text)
        }
        return document
    }

    /// Whether bytes begin like this form.
    public static func isRecognised(_ start: [UInt8]) -> Bool {
        ["\n", "\r\n"].contains { end in
            start.starts(with: Array((fence + end + versionLine + end).utf8))
        }
    }

    private static func text(_ value: JSONValue?) -> String? {
        guard let text = value?.text, !text.utf8.isEmpty else { return nil }
        return text
    }
}

/// Why bytes are no letter in the text form.
public struct TextFormError: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Code: String, Sendable {
        /// The line is no member, element or comment.
        case syntax
        /// The line is further in or out than any line can be there.
        case indentation
        /// The block does not begin with `---` and `chancery: 1`, or it does not end.
        case block
        /// The value after `:=` or in quotes is no JSON.
        case json
        /// A name, the id or a text is there twice.
        case duplicate
        /// The id is no LetterID.
        case id
        /// The bytes are no UTF-8.
        case encoding
    }

    /// What is wrong.
    public let code: Code
    /// The line, from 1.
    public let line: Int
    /// What should be there.
    public let expected: String

    /// An error of its parts.
    public init(_ code: Code, line: Int, expected: String) {
        self.code = code
        self.line = line
        self.expected = expected
    }
}

extension TextFormError: CustomStringConvertible {
    /// The line, and what was expected there.
    public var description: String { "line \(line): expected \(expected)" }
}
