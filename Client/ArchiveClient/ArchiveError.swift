public import LetterModel

/// Why an archive did not do what it was asked to do. Nothing was changed.
public enum ArchiveError: Error, Hashable, Sendable {
    /// No letter has this id, or begins with it.
    case unknownLetter(String)
    /// Several letters begin so.
    case ambiguousLetter(String, candidates: [LetterID])
    /// The letter has no revision with this id, or beginning with it.
    case unknownRevision(String)
    /// Several revisions of the letter begin so.
    case ambiguousRevision(String, candidates: [RevisionID])
    /// The letter is deleted, and was to be edited.
    case deleted(LetterID)
    /// The letter is not deleted, and was to be restored to nothing in particular.
    case notDeleted(LetterID)
    /// The edit touches what the heads disagree on, or what only another head holds.
    case resolveFirst(LetterID, members: [String])
    /// These conflicts were given no decision.
    case undecided(LetterID, fields: [String])
    /// A decision names a conflict that the letter does not have.
    case noSuchConflict(LetterID, field: String)
    /// The letter has no conflicts.
    case noConflicts(LetterID)
    /// What was written is no valid letter.
    case invalidLetter(String)
    /// Nobody is known to be the author of new revisions.
    case noAuthor
    /// Nothing in the damaged replica can be proved to be a revision.
    case nothingToSalvage(String)
}

extension ArchiveError {
    /// A stable word for programs.
    public var code: String {
        switch self {
        case .unknownLetter: "unknownLetter"
        case .ambiguousLetter: "ambiguousLetter"
        case .unknownRevision: "unknownRevision"
        case .ambiguousRevision: "ambiguousRevision"
        case .deleted: "deleted"
        case .notDeleted: "notDeleted"
        case .resolveFirst: "resolveFirst"
        case .undecided: "undecided"
        case .noSuchConflict: "noSuchConflict"
        case .noConflicts: "noConflicts"
        case .invalidLetter: "invalidLetter"
        case .noAuthor: "noAuthor"
        case .nothingToSalvage: "nothingToSalvage"
        }
    }
}

extension ArchiveError: CustomStringConvertible {
    /// What failed, why, and what to do next.
    public var description: String {
        switch self {
        case .unknownLetter(let text):
            "no letter has the id \(text); `chancery list` shows the ids of all"
        case .ambiguousLetter(let text, let candidates):
            "\(candidates.count) letters begin with \(text): \(ArchiveError.first(candidates.map(\.text))); write more of the id"
        case .unknownRevision(let text):
            "the letter has no revision \(text); `chancery log` shows all of them"
        case .ambiguousRevision(let text, let candidates):
            "\(candidates.count) revisions begin with \(text): \(ArchiveError.first(candidates.map(\.hex))); write more of the id"
        case .deleted(let id):
            "the letter \(id) is deleted; bring it back with `chancery restore \(id)` first"
        case .notDeleted(let id):
            "the letter \(id) is not deleted; name the revision to go back to, `chancery log \(id)` shows them"
        case .resolveFirst(let id, let members):
            "\(members.joined(separator: ", ")) of the letter \(id) cannot be edited while its conflicts are open; settle them with `chancery resolve \(id)` first"
        case .undecided(let id, let fields):
            "nothing was decided for \(fields.joined(separator: ", ")) of the letter \(id); every conflict needs a decision: `chancery conflicts \(id)` shows them"
        case .noSuchConflict(let id, let field):
            "the letter \(id) has no conflict in \(field); `chancery conflicts \(id)` shows those it has"
        case .noConflicts(let id):
            "the letter \(id) has no conflicts; change it with `chancery edit \(id)`"
        case .invalidLetter(let text): text
        case .noAuthor:
            "nobody is named as the author of changes; say who you are once with `chancery config author \"Name <mail>\"`"
        case .nothingToSalvage(let path):
            "nothing in \(path) can be told to be a letter: nothing was written; a copy of its database, or a backup, may hold more"
        }
    }

    private static func first(_ ids: [String]) -> String {
        ids.prefix(3).joined(separator: ", ") + (ids.count > 3 ? " …" : "")
    }
}
