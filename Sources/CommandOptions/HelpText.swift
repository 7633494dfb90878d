/// Lays out help: paragraphs, and rows of a label and its text, wrapped to a number of columns.
///
/// Columns are counted in characters. Lines never end in a space; a word longer than a line is not cut.
struct HelpText {
    /// A label on the left, and what it means on the right.
    typealias Row = (label: String, text: String)

    /// What was laid out so far; every line ends with a line feed.
    private(set) var text = ""

    private let width: Int

    /// Labels longer than this have their text on the lines below.
    private static let longestLabel = 26

    init(width: Int) {
        self.width = max(40, width)
    }

    /// Adds paragraphs, wrapped anew, with an empty line before them.
    mutating func add(paragraphs: String) {
        for paragraph in Self.paragraphs(paragraphs) {
            addSpace()
            for line in Self.wrap(paragraph, to: width) { text += line + "\n" }
        }
    }

    /// Adds a heading and its rows with aligned texts, and an empty line before them; nothing if there are no rows.
    mutating func add(_ heading: String, _ rows: [Row]) {
        guard !rows.isEmpty else { return }
        addSpace()
        text += heading + ":\n"
        let longest = rows.map(\.label.count).filter { $0 <= Self.longestLabel }.max() ?? Self.longestLabel
        // On a narrow terminal all texts go below their labels.
        let isNarrow = width - (2 + longest + 2) < 24
        let column = isNarrow ? 8 : 2 + longest + 2
        for row in rows {
            let lines = Self.wrap(row.text, to: width - column)
            let margin = String(repeating: " ", count: column)
            if !isNarrow, row.label.count <= longest, let first = lines.first {
                let gap = String(repeating: " ", count: longest - row.label.count)
                text += "  " + row.label + gap + "  " + first + "\n"
                for line in lines.dropFirst() { text += margin + line + "\n" }
            } else {
                text += "  " + row.label + "\n"
                for line in lines { text += margin + line + "\n" }
            }
        }
    }

    /// Adds the usage line; what does not fit goes on below the first word behind the name.
    mutating func add(usage name: String, _ words: [String]) {
        let margin = String(repeating: " ", count: "Usage: ".count + 4)
        var line = "Usage: " + name
        for word in words {
            if line.count + 1 + word.count > width {
                text += line + "\n"
                line = margin + word
            } else {
                line += " " + word
            }
        }
        text += line + "\n"
    }

    /// Adds examples: each line as it is typed, and what it does below it.
    mutating func add(examples: [Example]) {
        guard !examples.isEmpty else { return }
        addSpace()
        text += "Examples:\n"
        for example in examples {
            text += "  " + example.line + "\n"
            for line in Self.wrap(example.help, to: width - 6) { text += "      " + line + "\n" }
        }
    }

    private mutating func addSpace() {
        if !text.isEmpty { text += "\n" }
    }

    static func paragraphs(_ text: String) -> [String] {
        var paragraphs: [String] = [""]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.allSatisfy(\.isWhitespace) {
                paragraphs.append("")
            } else {
                paragraphs[paragraphs.count - 1] += line + " "
            }
        }
        return paragraphs.filter { !$0.isEmpty }
    }

    private static func wrap(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}

extension OptionDescription {
    /// The option as it is written in a usage line: `--limit N`.
    var usage: String { "--" + name + (value.map { " " + $0.placeholder } ?? "") }

    /// The option as help lists it: `-n, --limit N`, with room for a short form if there is none.
    var label: String { (short.map { "-\($0), " } ?? "    ") + usage }

    /// What it does, and in brackets what else there is to know.
    var fullHelp: String {
        var facts: [String] = []
        switch value?.kind {
        case .choice(let allowed): facts.append("one of " + allowed.joined(separator: ", "))
        case .integer(let bounds) where bounds != 0...Int.max: facts.append(bounds.spelledOut)
        default: break
        }
        if isRequired { facts.append("required") }
        if isRepeatable { facts.append("may be repeated") }
        if let shownDefault { facts.append("default: " + shownDefault) }
        if let environment { facts.append("environment: " + environment) }
        return facts.isEmpty ? help : help + " (" + facts.joined(separator: "; ") + ")"
    }
}

extension ArgumentDescription {
    /// What it stands for, and what is allowed.
    var fullHelp: String {
        guard case .choice(let allowed) = kind else { return help }
        return help + " (one of " + allowed.joined(separator: ", ") + ")"
    }
}
