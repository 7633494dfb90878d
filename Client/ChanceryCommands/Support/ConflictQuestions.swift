import ArchiveClient
import CommandOptions
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
                [("b", "what was there before"), ("n", "as shown")], numbers: hunk.values.count, editing: Self.inWords)
            {
            case .number(let number): choices[index] = .value(number)
            case .word("b"): choices[index] = .before
            case .word("e"):
                let notes =
                    ["\(field), place \(index + 1) of \(conflict.hunks.count)", "before: \(hunk.base)"]
                    + hunk.values.enumerated().map { "\($0 + 1): \($1)" }
                switch write(shown(hunk, field), notes, { $0 }) {
                case .done(let text): choices[index] = .text(text)
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
        switch answer(
            before + [("n", "as shown")], numbers: conflict.values.count, editing: isText ? Self.inWords : Self.inJSON)
        {
        case .number(let number): decisions.values.append((field, conflict.values[number].value))
        case .word("b"): decisions.values.append((field, conflict.base))
        case .word("n"): decisions.choices.append((field, .provisional))
        case .word("e"):
            let all = [conflict.base] + conflict.values.map(\.value)
            let texts = isText ? ThreeWayText.texts(all) : all.map { $0?.canonicalText }
            let notes =
                ["\(field)" + (isText ? "" : ", as JSON; nothing removes it"), "before: \(texts[0] ?? "(nothing)")"]
                + texts.dropFirst().enumerated().map { "\($0 + 1): \($1 ?? "(removed)")" }
            let shown = isText ? view.letter[field]?.text : view.letter[field]?.canonicalText
            let letter = view.letter
            let written = write(shown ?? "", notes) { text in
                isText ? (text.utf8.isEmpty ? nil : .string(text)) : try Self.value(text, of: field, in: letter)
            }
            switch written {
            case .done(let value): decisions.values.append((field, value))
            case .end(let end): return end
            }
        case .end(let end): return end
        default: break
        }
        return .decided
    }

    /// What was written of a member that is no text; the letter could be saved with it.
    private static func value(_ text: String, of field: MemberPath, in letter: Letter) throws -> JSONValue? {
        let assignment: MemberAssignment
        do throws(InvalidValue) {
            assignment = try MemberAssignment(parsing: "\(field):=\(text)")
        } catch {
            throw Failure("json", "this is not JSON")
        }
        var changed = letter
        try assignment.apply(to: &changed)
        do {
            try changed.validate()
        } catch {
            throw Failure("invalid", "\(error)")
        }
        return assignment.value
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

    private static let inWords = "write it in the editor"
    private static let inJSON = "write it in the editor, as JSON"

    /// Asks until the answer is one of these; a terminal that is gone means to stop.
    ///
    /// - Parameter editing: What the editor is good for here; nil for nothing.
    private func answer(_ words: [(key: String, help: String)], numbers: Int = 0, editing: String? = nil) -> Answer {
        let all =
            words + (editor == nil ? [] : [editing].compactMap { $0 }.map { ("e", $0) })
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

    private enum Written<Value> {
        case done(Value)
        case end(End)
    }

    /// What somebody wrote, as it is read; asked again with the same file while it cannot be.
    private mutating func write<Value>(
        _ draft: String, _ notes: [String], _ read: (String) throws -> Value
    ) -> Written<Value> {
        guard let editor else { return .end(.skipped) }
        do {
            let path = try editor.file(of: draft, notes: notes)
            files.append(path)
            while true {
                do {
                    return .done(try read(try editor.editExcerpt(path)))
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
