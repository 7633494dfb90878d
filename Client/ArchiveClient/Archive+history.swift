public import LetterMerge
public import LetterModel
import ReplicaStore

// What people want to know of a letter's history, and taking back what was done last.

/// What became of a letter whose last change was taken back.
public struct Undone: Hashable, Sendable {
    /// What the letter is now.
    public enum Outcome: String, Hashable, Sendable {
        /// It says again what it said before.
        case restored
        /// It is deleted: what was taken back had made it, or had brought it back.
        case deleted
        /// Its conflicts are open again, as they were before they were settled.
        case reopened
    }

    /// The revision that was taken back.
    public let revision: Revision
    /// What the letter is now.
    public let outcome: Outcome
    /// The revisions that say so.
    public let written: [RevisionID]
}

extension Archive {
    /// Which revision each paragraph of a text comes from.
    ///
    /// - Parameters:
    ///   - id: the letter.
    ///   - member: which text of it.
    /// - Throws: `ArchiveError.unknownLetter`.
    public func origins(of id: LetterID, member: MemberPath = MemberPath(["body"])) throws -> TextOrigins {
        TextOrigins(of: member, in: try history(of: id).map { HistoryRevision($0.revision) })
    }

    /// The letter as all of its heads have seen it: what the sides of its conflicts set out from. Empty if they have nothing in common.
    ///
    /// - Throws: `ArchiveError.unknownLetter`.
    public func letterInCommon(_ id: LetterID) throws -> Letter {
        let history = try history(of: id).map(\.revision)
        let heads = try view(of: id).heads
        var common: Set<RevisionID>?
        for head in heads {
            // Children come after their parents in the log: one pass from the end finds all ancestors.
            var seen: Set = [head]
            for revision in history.reversed() where seen.contains(revision.id) {
                seen.formUnion(revision.header.parents)
            }
            common = common?.intersection(seen) ?? seen
        }
        let shared = history.filter { common?.contains($0.id) ?? false }
        return shared.isEmpty ? Letter() : Merge.view(of: shared.map(HistoryRevision.init)).letter
    }

    /// The change that ``undo(_:author:message:)`` would take back: of the heads the one that came last.
    ///
    /// - Throws: `ArchiveError.unknownLetter`, `.resolveFirst` while the letter has conflicts.
    public func lastChange(of id: LetterID) throws -> Revision {
        let view = try view(of: id)
        guard view.conflicts.isEmpty else {
            throw ArchiveError.resolveFirst(
                id, members: view.conflicts.map { $0.field?.description ?? "whether to keep or delete it" })
        }
        let heads = Set(view.heads)
        guard let last = try history(of: id).last(where: { heads.contains($0.revision.id) }) else {
            throw ArchiveError.unknownLetter(id.text)
        }
        return last.revision
    }

    /// Takes back the last change of a letter, whoever made it, by new revisions: an edit, a deletion, a restore, the letter itself. After a
    /// resolve its conflicts are open again.
    ///
    /// - Parameters:
    ///   - id: the letter.
    ///   - author: who takes it back; nil for the archive's own author.
    ///   - message: why, for the history; nil names the revision, and whose version each side of a reopened conflict is.
    /// - Throws: `ArchiveError.unknownLetter`, `.resolveFirst` while the letter has conflicts, `.noAuthor`.
    @discardableResult
    public func undo(_ id: LetterID, author: Author? = nil, message: String? = nil) throws -> Undone {
        let last = try lastChange(of: id)
        let undo = "undo of \(last.id.hex.prefix(12))"
        let revisions = try history(of: id).map(\.revision)
        let history = revisions.map { HistoryRevision($0) }
        if let plan = ReopenPlan(undoing: last.id, in: history) {
            let sides = plan.heads.map { heads in
                let names = Self.authors(of: heads, in: revisions).compactMap(\.name)
                return message ?? (names.isEmpty ? undo : "\(undo): what \(names.joined(separator: " and ")) wrote")
            }
            return try reopen(plan, last, of: id, author, message ?? undo, sides)
        }
        var before: Letter?
        let parents = Set(last.header.parents)
        if history.contains(where: { parents.contains($0.id) && $0.letter != nil }) {
            before = try letterBefore(id, head: last.id)
        }
        // A letter that has several heads without a conflict keeps what the others wrote.
        let undoing = try revision(
            of: id, replacing: [last.id], before, as: before == nil ? .delete : .restore, author, message ?? undo)
        try take([undoing])
        return Undone(revision: last, outcome: before == nil ? .deleted : .restored, written: [undoing.id])
    }

    /// Who wrote what some revisions of a letter say: their authors, each once, and of a side that the undo of a resolve wrote again those who wrote it
    /// first. Empty if nobody is named.
    ///
    /// - Parameters:
    ///   - heads: the revisions.
    ///   - history: all revisions of the letter.
    public static func authors(of heads: [RevisionID], in history: [Revision]) -> [Author] {
        let versions = history.map { HistoryRevision($0) }
        let originals = Set(heads.flatMap { ReopenPlan.originals(of: $0, in: versions) })
        var authors: [Author] = []
        for revision in history where originals.contains(revision.id) {
            if let author = revision.header.author, !authors.contains(author) { authors.append(author) }
        }
        return authors
    }

    private func reopen(
        _ plan: ReopenPlan, _ last: Revision, of id: LetterID, _ author: Author?, _ message: String,
        _ sideMessages: [String]
    ) throws -> Undone {
        let base = try revision(of: id, replacing: [last.id], plan.base, as: .restore, author, message)
        let sides = try zip(plan.sides, sideMessages).map { side, message in
            try revision(of: id, replacing: [base.id], side, as: side == nil ? .delete : .edit, author, message)
        }
        // In one transaction: nobody ever sees the base alone.
        try take([base] + sides)
        return Undone(revision: last, outcome: .reopened, written: [base.id] + sides.map(\.id))
    }
}
