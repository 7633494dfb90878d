import ArchiveClient
import CommandOptions
import LetterMerge
import LetterModel
import ReplicaStore

/// `[FIELD=]SIDE` on the command line: whose value a resolve takes, for one field or for all that is left.
struct SideChoice: Sendable, Hashable {
    /// Whose value.
    enum Side: Sendable, Hashable {
        /// The head whose id begins so.
        case head(String)
        /// The one head whose author's name holds this.
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
    func head(of id: LetterID, _ view: LetterView, _ archive: Archive) async throws -> RevisionID? {
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
            let known = Set(view.heads)
            let heads = try await archive.history(of: id).map(\.revision).filter { revision in
                known.contains(revision.id)
                    && (revision.header.author?.name?.lowercased().contains(name.lowercased()) ?? false)
            }
            guard let head = heads.first, heads.count == 1 else {
                throw Failure(
                    "unknownHead",
                    heads.isEmpty
                        ? "no side of the letter \(id) was written last by \(name); `chancery conflicts \(id)` shows who wrote them"
                        : "\(heads.count) sides of the letter \(id) were written last by \(name); name the head",
                    status: .wrongUsage)
            }
            return head.id
        }
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
