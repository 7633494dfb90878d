public import LetterModel

/// What an importer found at one place of a source.
public enum ImportItem: Hashable, Sendable {
    /// A letter.
    case letter(ImportedLetter)
    /// A letter that the source says is deleted.
    case deletion(LetterID, line: Int)
    /// Something that is no letter; the rest of the source goes on.
    case refusal(ImportRefusal)
}

/// A letter as a source has it. Equal bytes give equal letters with equal ids, on every machine.
public struct ImportedLetter: Hashable, Sendable {
    /// Its id: the one that the source gives it, or one derived from the source's bytes.
    public let id: LetterID
    /// The letter; it has passed `validate()`.
    public let letter: Letter
    /// What was doubtful; the letter is good nevertheless.
    public let warnings: [ImportWarning]
    /// The line of the source, from 1, where the source has a letter a line.
    public let line: Int?
    /// The bytes of its attachments that are not the source itself; the caller keeps each as a blob before it writes the letter.
    public let files: [[UInt8]]

    /// A letter of its parts.
    public init(
        id: LetterID, letter: Letter, warnings: [ImportWarning] = [], line: Int? = nil, files: [[UInt8]] = []
    ) {
        self.id = id
        self.letter = letter
        self.warnings = warnings
        self.line = line
        self.files = files
    }
}

/// Something that an importer had to assume, or could not decide.
public struct ImportWarning: Hashable, Sendable {
    /// What sort of doubt it is.
    public enum Code: String, Sendable {
        /// The source says what it is encoded in by no mark; what was assumed is in `source.charset`.
        case charsetAssumed
        /// Bytes that the assumed charset does not explain.
        case undecodableBytes
        /// A date that no calendar has.
        case impossibleDate
        /// Several dates contradict each other; all were kept.
        case datesDiffer
        /// A date that can be read in several ways; all were kept.
        case ambiguousDate
        /// A leading `---` block that could not be read; it stays in the body.
        case frontMatter
    }

    /// What sort of doubt it is.
    public let code: Code
    /// A sentence for people, without text of the letter but for dates and charsets.
    public let text: String

    /// A warning of its parts.
    public init(_ code: Code, _ text: String) {
        self.code = code
        self.text = text
    }
}

/// Why a source, or a line of it, was not taken.
public struct ImportRefusal: Error, Hashable, Sendable {
    /// The reason; the raw value is the stable word for scripts.
    public enum Reason: String, Sendable {
        /// There is nothing in it but white space.
        case empty
        /// It is no text.
        case binary
        /// It only points to a letter that is somewhere else.
        case stub
        /// It is longer than a letter can be.
        case tooLong
        /// It is a format that this version does not read.
        case unsupported
        /// It is not well-formed.
        case syntax
        /// It is well-formed, but no letter that can be kept.
        case invalid
    }

    /// The reason.
    public let reason: Reason
    /// What a person needs to know to put it right; never text of the letter.
    public let context: String
    /// The line of the source, from 1; nil if the whole source was refused.
    public let line: Int?

    /// A refusal of its parts.
    public init(_ reason: Reason, _ context: String = "", line: Int? = nil) {
        self.reason = reason
        self.context = context
        self.line = line
    }
}

extension ImportRefusal: CustomStringConvertible {
    /// A sentence; the file's name is for the caller to add.
    public var description: String {
        let fault =
            switch reason {
            case .empty: "there is nothing in it"
            case .binary: "this is no text"
            case .stub: "it only points to a letter that is somewhere else; import that document"
            case .tooLong: "it is longer than a letter can be"
            case .unsupported: "this format cannot be read yet"
            case .syntax: "it is not well-formed"
            case .invalid: "this letter cannot be kept"
            }
        let place = line.map { "line \($0): " } ?? ""
        return place + (context.utf8.isEmpty ? fault : "\(fault): \(context)")
    }
}
