import ArchiveClient
import Glibc
import LetterFormats
import LetterMerge
import LetterModel

/// Asks on the terminal what becomes of each conflict of a letter, and of a text place by place.
///
/// Texts that were written in the editor stay in their files until the letter is settled: whatever goes wrong, nothing typed is lost.
struct ConflictQuestions {
    /// How the questions of a letter ended.
    enum End {
        /// All were answered.
        case decided
        /// The letter is left as it is.
        case skipped
        /// The person wants to stop.
        case stopped
    }

    private let context: CommandContext
    /// Nil where no editor is set: then it is not offered.
    private let editor: Editor?
    private let text: ThreeWayText
    private let view: LetterView
    private(set) var decisions: Decisions
    /// Files with what was written in the editor.
    private(set) var files: [String] = []

    init(_ text: ThreeWayText, _ decisions: Decisions, _ context: CommandContext) {
        self.context = context
        self.decisions = decisions
        do {
            editor = try Editor(context)
        } catch {
            editor = nil
        }
        var numbered = text
        numbered.isNumbered = true
        self.text = numbered
        view = text.view
    }

    /// Asks until everything is decided.
    mutating func ask() -> End {
        context.console.write(text.title)
        // Whether the letter stays comes first: one that goes has nothing to decide.
        for conflict in view.conflicts.filter({ $0.field == nil }) + view.conflicts.filter({ $0.field != nil })
        where !isDecided(conflict) {
            let end = conflict.field.map { ask(conflict, of: $0) } ?? askOfDeletion(conflict)
            guard case .decided = end else { return end }
        }
        return .decided
    }

    private func isDecided(_ conflict: Conflict) -> Bool {
        if decisions.deletion == .delete { return true }
        guard let field = conflict.field else { return decisions.deletion != nil }
        return (decisions.values.map(\.field) + decisions.choices.map(\.field)).contains { decided in
            decided == field || field.description.hasPrefix("\(decided).")
        }
    }

    // MARK: One conflict

    private mutating func askOfDeletion(_ conflict: Conflict) -> End {
        show(conflict)
        switch answer([("k", "keep"), ("d", "delete")]) {
        case .word("k"): decisions.deletion = .keep
        case .word("d"): decisions.deletion = .delete
        case .end(let end): return end
        default: break
        }
        return .decided
    }

    private mutating func ask(_ conflict: Conflict, of field: MemberPath) -> End {
        guard !conflict.hunks.isEmpty, conflict.hunks.allSatisfy({ $0.place != nil }) else {
            return askOfValue(conflict, of: field)
        }
        var choices: [Int: Conflict.Taking] = [:]
        for (index, hunk) in conflict.hunks.enumerated() {
            show(conflict, place: index)
            switch answer(
                [("b", "what was there before"), ("n", "as shown")], numbers: hunk.values.count, isText: true)
            {
            case .number(let number): choices[index] = .value(number)
            case .word("b"): choices[index] = .before
            case .word("e"):
                let notes =
                    ["\(field), place \(index + 1) of \(conflict.hunks.count)", "before: \(hunk.base)"]
                    + hunk.values.enumerated().map { "\($0 + 1): \($1)" }
                switch write(shown(hunk, field), notes) {
                case .text(let text): choices[index] = .text(text)
                case .end(let end): return end
                }
            case .end(let end): return end
            default: break
            }
        }
        let whole = conflict.text(view.letter[field]?.text, taking: choices)
        decisions.values.append((field, whole.map(JSONValue.string)))
        return .decided
    }

    private func shown(_ hunk: Conflict.Hunk, _ field: MemberPath) -> String {
        let bytes = Array((view.letter[field]?.text ?? "").utf8)
        return String(decoding: bytes[(hunk.place ?? 0..<0).clamped(to: 0..<bytes.count)], as: UTF8.self)
    }

    private mutating func askOfValue(_ conflict: Conflict, of field: MemberPath) -> End {
        show(conflict)
        let isText = conflict.values.allSatisfy { $0.value == nil || $0.value?.text != nil }
        let before = conflict.base == nil ? [] : [("b", "what was there before")]
        switch answer(before + [("n", "as shown")], numbers: conflict.values.count, isText: isText) {
        case .number(let number): decisions.values.append((field, conflict.values[number].value))
        case .word("b"): decisions.values.append((field, conflict.base))
        case .word("n"): decisions.choices.append((field, .provisional))
        case .word("e"):
            let texts = ThreeWayText.texts([conflict.base] + conflict.values.map(\.value))
            let notes =
                ["\(field)", "before: \(texts[0] ?? "(nothing)")"]
                + texts.dropFirst().enumerated().map { "\($0 + 1): \($1 ?? "(removed)")" }
            switch write(view.letter[field]?.text ?? "", notes) {
            case .text(let text): decisions.values.append((field, text.utf8.isEmpty ? nil : .string(text)))
            case .end(let end): return end
            }
        case .end(let end): return end
        default: break
        }
        return .decided
    }

    private func show(_ conflict: Conflict, place: Int? = nil) {
        context.console.write("")
        for line in text.section(conflict, place: place) { context.console.write(line) }
    }

    // MARK: Answers

    private enum Answer {
        case number(Int)
        case word(String)
        case end(End)
    }

    /// Asks until the answer is one of these; a terminal that is gone means to stop.
    private func answer(_ words: [(key: String, help: String)], numbers: Int = 0, isText: Bool = false) -> Answer {
        let all =
            words + (isText && editor != nil ? [("e", "write it in the editor")] : [])
            + [("s", "leave this letter alone"), ("q", "stop here")]
        let sides = numbers == 0 ? [] : [numbers == 1 ? "1" : "1-\(numbers)"]
        let question = "Take [\((sides + all.map(\.0) + ["?"]).joined(separator: ","))]? "
        while true {
            guard let line = context.console.ask(question) else { return .end(.stopped) }
            let word = line.filter { !$0.isWhitespace }.lowercased()
            if let number = DecimalDigits.value(of: word.utf8), (1...max(1, numbers)).contains(number), numbers > 0 {
                return .number(number - 1)
            }
            switch word {
            case "s": return .end(.skipped)
            case "q": return .end(.stopped)
            case _ where all.contains { $0.0.hasSameBytes(as: word) }: return .word(word)
            default:
                if numbers > 0 { context.console.note("  \(sides[0])  what the side with this number says") }
                for (key, help) in all { context.console.note("  \(key)  \(help)") }
            }
        }
    }

    // MARK: The editor

    private enum Written {
        case text(String)
        case end(End)
    }

    /// What somebody wrote; asked again with the same file while it cannot be read.
    private mutating func write(_ draft: String, _ notes: [String]) -> Written {
        guard let editor else { return .end(.skipped) }
        do {
            let path = try editor.file(of: draft, notes: notes)
            files.append(path)
            while true {
                do {
                    return .text(try editor.editExcerpt(path))
                } catch {
                    context.console.note(Failure(error).message)
                    switch answer([("e", "open it again")]) {
                    case .end(let end): return .end(end)
                    default: continue
                    }
                }
            }
        } catch {
            context.console.note(Failure(error).message)
            return .end(.skipped)
        }
    }

    /// Forgets what was written in the editor: it is in the archive.
    func removeFiles() {
        for path in files { unlink(path) }
    }
}
