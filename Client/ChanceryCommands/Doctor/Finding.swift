import LetterModel

/// Something that `doctor` found: what it is, and how to mend it.
struct Finding: Hashable, Sendable {
    /// How much it matters.
    enum Level: String, Sendable {
        /// Something is wrong, or will be.
        case problem
        /// All is well so far, and somebody should know of it.
        case advice
    }

    let level: Level
    /// A stable word for programs.
    let code: String
    /// What is so, in a sentence.
    let text: String
    /// What to do; nil where the text says it.
    let remedy: String?

    init(_ level: Level, _ code: String, _ text: String, remedy: String? = nil) {
        self.level = level
        self.code = code
        self.text = text
        self.remedy = remedy
    }

    /// The entry of `doctor --json`.
    var json: JSONValue {
        var members: JSONObject = ["level": .string(level.rawValue), "code": .string(code), "text": .string(text)]
        members["remedy"] = remedy.map(JSONValue.string)
        return .object(members)
    }
}
