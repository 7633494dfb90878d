public import LetterModel

/// Which letters a list shows, newest first, undated ones last, ties by id.
public struct LetterQuery: Hashable, Sendable {
    /// Only letters whose latest possible day is not before this.
    public var from: CalendarDay?
    /// Only letters whose earliest possible day is not after this.
    public var to: CalendarDay?
    /// Only letters with this text in a sender's name or role; case and accents do not matter.
    public var sender: String?
    /// Only letters with this text in a recipient's name or role; case and accents do not matter.
    public var recipient: String?
    /// Only letters with this tag.
    public var tag: String?
    /// Only letters with this status.
    public var status: Status?
    /// Only letters with conflicts.
    public var onlyConflicts = false
    /// Only letters that are deleted; without it, none of them.
    public var onlyDeleted = false
    /// At most so many.
    public var limit: Int?
    /// After leaving out so many.
    public var offset = 0

    /// A query that shows every letter that is not deleted.
    public init() {}
}

/// A letter as a row of a list.
public struct LetterSummary: Hashable, Sendable {
    /// The letter's id.
    public let id: LetterID
    /// The date as people read it: as EDTF if known, else as written.
    public let date: String?
    /// The senders' names, or roles where no name is known, in order.
    public let senders: [String]
    /// The recipients' names, or roles where no name is known, in order.
    public let recipients: [String]
    /// The title.
    public let title: String?
    /// The first words of the body, on one line, at most 100 characters.
    public let incipit: String?
    /// How far the work on it has come.
    public let status: Status?
    /// The tags.
    public let tags: [String]
    /// The number of conflicts.
    public let conflicts: Int
    /// Whether it is deleted.
    public let isDeleted: Bool
    /// Whether its bytes are damaged here. Nothing but the id, the number of conflicts and whether it is deleted is known then.
    public let isDamaged: Bool

    /// A row of its parts.
    public init(
        id: LetterID, date: String?, senders: [String], recipients: [String], title: String?, incipit: String?,
        status: Status?, tags: [String], conflicts: Int, isDeleted: Bool, isDamaged: Bool = false
    ) {
        self.id = id
        self.date = date
        self.senders = senders
        self.recipients = recipients
        self.title = title
        self.incipit = incipit
        self.status = status
        self.tags = tags
        self.conflicts = conflicts
        self.isDeleted = isDeleted
        self.isDamaged = isDamaged
    }
}

/// Letters that fit a search.
public struct SearchResult: Hashable, Sendable {
    /// One letter with the place that fits.
    public struct Hit: Hashable, Sendable {
        /// The letter.
        public let letter: LetterSummary
        /// Words around the first place that fits, on one line; the ranges of `matches` are what fits. What the letter begins with, without ranges,
        /// where no words were asked for.
        public let snippet: String
        /// UTF-8 offsets into `snippet`.
        public let matches: [Range<Int>]

        /// A hit of its parts.
        public init(letter: LetterSummary, snippet: String, matches: [Range<Int>]) {
            self.letter = letter
            self.snippet = snippet
            self.matches = matches
        }
    }

    /// In the order that was asked for.
    public let hits: [Hit]
    /// Letters that the index has not taken in yet.
    public let unindexed: Int

    /// A result of its parts.
    public init(hits: [Hit], unindexed: Int) {
        self.hits = hits
        self.unindexed = unindexed
    }
}

/// Counts of everything that `status` tells.
public struct ReplicaStatistics: Hashable, Sendable {
    /// Letters that are not deleted.
    public let letters: Int
    /// Letters that are deleted.
    public let deletedLetters: Int
    /// Revisions in the log.
    public let revisions: Int
    /// Letters with conflicts.
    public let conflicts: Int
    /// Byte strings in quarantine.
    public let quarantined: Int
    /// Revisions that wait for a parent.
    public let waiting: Int
    /// Blobs that are referred to and not here.
    public let missingBlobs: Int

    /// Counts of their parts.
    public init(
        letters: Int, deletedLetters: Int, revisions: Int, conflicts: Int, quarantined: Int, waiting: Int,
        missingBlobs: Int
    ) {
        self.letters = letters
        self.deletedLetters = deletedLetters
        self.revisions = revisions
        self.conflicts = conflicts
        self.quarantined = quarantined
        self.waiting = waiting
        self.missingBlobs = missingBlobs
    }
}
