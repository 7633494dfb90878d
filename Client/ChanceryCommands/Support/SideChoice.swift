import ArchiveClient
import CommandOptions
import LetterFormats
import LetterMerge
import LetterModel
import ReplicaStore

/// `[FIELD=]SIDE` on the command line: whose value a resolve takes, for one field or for all that is left.
struct SideChoice: Sendable, Hashable {
    /// Whose value.
    enum Side: Sendable, Hashable {
        /// The head whose id begins so.
        case head(String)
        /// The one head that says what somebody wrote whose name holds this.
        case author(String)
        /// What is shown now.
        case provisional
    }

    /// Nil for all that is left.
    let field: MemberPath?
    let side: Side
    /// As it was typed.
    let text: String

    init(parsing text: String) throws(InvalidValue) {
        let expected = "a head, author:NAME or provisional, or FIELD= before one of them"
        var rest = text[...]
        if let equals = text.firstIndex(of: "="), !text.hasPrefix("author:") {
            guard let field = MemberPath(parsing: String(text[..<equals])) else {
                throw InvalidValue(expected: expected)
            }
            self.field = field
            rest = text[text.index(after: equals)...]
        } else {
            field = nil
        }
        self.text = text
        if rest.utf8.elementsEqual("provisional".utf8) {
            side = .provisional
        } else if rest.hasPrefix("author:"), rest.utf8.count > 7 {
            side = .author(String(rest.dropFirst(7)))
        } else {
            guard !rest.isEmpty, rest.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
            else {
                throw InvalidValue(expected: expected)
            }
            side = .head(String(rest))
        }
    }

    /// The head that is meant; nil for what is shown now.
    ///
    /// - Throws: if there is none or more than one.
    func head(
        of id: LetterID, _ view: LetterView, _ archive: Archive, _ context: CommandContext
    ) async throws -> RevisionID? {
        switch side {
        case .provisional: return nil
        case .head(let prefix):
            let heads = view.heads.filter { $0.hex.utf8.starts(with: prefix.utf8) }
            guard let head = heads.first else {
                throw Failure(
                    "unknownHead", "the letter \(id) has no head \(prefix); `chancery conflicts \(id)` shows them",
                    status: .wrongUsage)
            }
            guard heads.count == 1 else { throw ArchiveError.ambiguousRevision(prefix, candidates: heads) }
            return head
        case .author(let name):
            let history = try await archive.history(of: id).map(\.revision)
            let heads = history.filter { revision in
                view.heads.contains(revision.id)
                    && Archive.authors(of: [revision.id], in: history).contains { author in
                        author.name?.lowercased().contains(name.lowercased()) ?? false
                    }
            }
            guard let head = heads.first else {
                throw Failure(
                    "unknownHead",
                    "no side of the letter \(id) was written last by \(name); `chancery conflicts \(id)` shows who wrote them",
                    status: .wrongUsage)
            }
            guard heads.count == 1 else { throw ambiguous(heads, by: name, id, view, context) }
            return head.id
        }
    }
}

extension SideChoice {
    /// Names each of several sides with what to type for it.
    private func ambiguous(
        _ heads: [Revision], by name: String, _ id: LetterID, _ view: LetterView, _ context: CommandContext
    ) -> Failure {
        let start = "chancery resolve \(id.text.prefix(8)) --take \(field.map { "\($0)=" } ?? "")"
        let sides = heads.map { head in
            "\n  \(start)\(head.id.hex.prefix(12))  # \(context.time(head.header.time)), \(words(of: head, view))"
        }
        return Failure(
            "ambiguousSide",
            "\(heads.count) sides of the letter \(id) were written last by \(name); take one by its id:\(sides.joined())",
            status: .wrongUsage)
    }

    /// The first words by which a side differs from what was there, in the field that is decided or the first one in conflict.
    private func words(of head: Revision, _ view: LetterView) -> String {
        guard let letter = head.letter else { return "deletes the letter" }
        let conflict = view.conflicts.first { field == nil ? $0.field != nil : $0.field == field }
        guard let conflict, let member = conflict.field else { return "keeps the letter" }
        guard let value = letter[member] else { return "\(member): (removed)" }
        let texts = ThreeWayText.texts([conflict.base, value])
        let added = TextDiff(from: texts[0], to: texts[1]).spans.first { $0.change == .added }
        let words = VisibleText.of(added?.text ?? texts[1] ?? "", keepsLines: false)
        return "\(member): \(String(words.drop { $0 == " " }).cut(toWidth: 40))"
    }
}

extension ValueParser where Value == SideChoice {
    /// Whose value to take.
    static var side: ValueParser {
        ValueParser(placeholder: "[FIELD=]SIDE", format: \.text) { text throws(InvalidValue) in
            try SideChoice(parsing: text)
        }
    }
}
