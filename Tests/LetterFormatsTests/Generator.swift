import LetterModel

/// Random values from a seed that a failing test prints.
struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// Source: https://prng.di.unimi.it/splitmix64.c
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Pieces that have caused trouble somewhere: line ends, marks of the text form, quotes, hidden characters.
    private static let pieces = [
        "a", "Ada", "é", "e\u{301}", "Привет", "敬启者", "🙂", " ", "  ", "\t", "\n", "\n\n", "\r\n", "\r", "\0", "\u{7F}",
        "\u{85}", "\u{2028}", "\u{FEFF}", "\u{A0}", "---", "\n---\n", "\n--- postscript\n", "\\--- postscript", "- ",
        ": ", ":=",
        ":", "#", "|", "\"", "\\", "{}", "[1]", "null", "true", "12", "name: text", "id: x", "chancery: 1", "\u{E000}",
        "\u{FFFF}", "\u{10000}", "\u{1}", "‘", "P.S.",
    ]

    mutating func text(maximumPieces: Int = 6) -> String {
        (0...Int.random(in: 0...maximumPieces, using: &self)).reduce(into: "") { text, _ in
            text.unicodeScalars.append(contentsOf: (Generator.pieces.randomElement(using: &self) ?? "").unicodeScalars)
        }
    }

    mutating func key() -> String {
        Bool.random(using: &self)
            ? ["name", "kind", "text", "body", "id", "chancery", "x-1", "zz", "edtf"].randomElement(using: &self) ?? ""
            : text(maximumPieces: 2)
    }

    mutating func value(depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0..<(depth < 4 ? 9 : 5), using: &self) {
        case 0: .integer(Int.random(in: -JSONValue.integerLimit...JSONValue.integerLimit, using: &self))
        case 1: .bool(Bool.random(using: &self))
        case 2: Int.random(in: 0..<4, using: &self) == 0 ? .null : .string("")
        case 3, 4: .string(text())
        case 5, 6: .array((0..<Int.random(in: 0..<4, using: &self)).map { _ in value(depth: depth + 1) })
        default: .object(object(depth: depth + 1))
        }
    }

    mutating func object(depth: Int) -> JSONObject {
        JSONObject((0..<Int.random(in: 0..<4, using: &self)).map { _ in (key(), value(depth: depth)) })
    }

    /// A letter with members of any shape, known and unknown, right and wrong, in any place.
    mutating func letter() -> Letter {
        var members = object(depth: 0)
        let known = [
            "body", "postscript", "title", "signature", "senders", "date", "tags", "notes", "translations",
            "attachments",
            "extra", "registry", "summary",
        ]
        for name in known where Int.random(in: 0..<3, using: &self) == 0 {
            members[name] = Int.random(in: 0..<2, using: &self) == 0 ? value() : .string(text(maximumPieces: 12))
        }
        if Bool.random(using: &self) {
            let agents: [JSONValue] = (0..<Int.random(in: 1..<4, using: &self)).map { _ in
                .object(["name": .string(text()), "kind": "person", "uris": [.string(text()), .string(text())]])
            }
            members["senders"] = .array(agents)
        }
        return Letter(members: members)
    }

    /// A letter of which every member can be written.
    mutating func validLetter() -> Letter {
        var members = letter().members
        for member in members.members {
            do {
                try Letter(members: [member.key: member.value]).validate()
            } catch {
                members[member.key] = nil
            }
        }
        return Letter(members: members)
    }
}
