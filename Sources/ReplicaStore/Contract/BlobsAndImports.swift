public import Hashing
public import LetterModel

/// That a letter refers to a blob.
public struct BlobReference: Hashable, Sendable {
    /// The blob.
    public let blob: BlobID
    /// A letter that refers to it.
    public let letter: LetterID
    /// Its number of bytes as the attachment says; nil if it does not.
    public let byteCount: Int?

    /// A reference of its parts.
    public init(blob: BlobID, letter: LetterID, byteCount: Int?) {
        self.blob = blob
        self.letter = letter
        self.byteCount = byteCount
    }
}

/// What an import made on this replica. Kept here only: equal imports on two machines are the same revisions.
public struct ImportRecord: Hashable, Sendable {
    /// The SHA-256 of the source's bytes.
    public let sourceSHA256: Digest
    /// The file's name when it was imported here.
    public let fileName: String
    /// Which importer made the letters.
    public let importer: String
    /// When it was imported here.
    public let time: Timestamp
    /// Who imported it.
    public let author: String?
    /// The letters that it made, in the order of the file.
    public let letters: [LetterID]

    /// A record of its parts.
    public init(
        sourceSHA256: Digest, fileName: String, importer: String, time: Timestamp, author: String?,
        letters: [LetterID]
    ) {
        self.sourceSHA256 = sourceSHA256
        self.fileName = fileName
        self.importer = importer
        self.time = time
        self.author = author
        self.letters = letters
    }
}

/// How much was recorded in a month: what `stats` tells of an archive's growth.
public struct Growth: Hashable, Sendable {
    /// The month, as `2026-11`; nil for what carries no time.
    public let month: String?
    /// Letters whose first revision is of this month, those that were deleted later too.
    public var letters: Int
    /// All revisions of this month, first ones and later ones.
    public var revisions: Int

    /// Numbers of a month.
    public init(month: String?, letters: Int = 0, revisions: Int = 0) {
        self.month = month
        self.letters = letters
        self.revisions = revisions
    }

    /// Numbers by month, in order, what has none last. Each revision has a moment, or none.
    package static func byMonth(_ revisions: [(time: Timestamp?, isFirst: Bool)]) -> [Growth] {
        var months: [ByteKey: Growth] = [:]
        for revision in revisions {
            let month = (revision.time?.text).map { String($0.prefix(7)) }
            // A tilde comes after every digit.
            let key = ByteKey(month ?? "~")
            months[key, default: Growth(month: month)].revisions += 1
            if revision.isFirst { months[key, default: Growth(month: month)].letters += 1 }
        }
        return months.keys.sorted().compactMap { months[$0] }
    }
}

/// What a verification found.
public struct VerificationReport: Hashable, Sendable {
    /// Something that is not as it must be.
    public struct Problem: Hashable, Sendable {
        /// What sort of problem: `revision`, `content`, `chain`, `parent`, `head`, `view`, `summary`, `search`, `fingerprint`, `blob`, `database`.
        public let kind: String
        /// The letter that it belongs to, where one can be named.
        public let letter: LetterID?
        /// The revision or blob, where one can be named: 64 hex digits.
        public let object: String?
        /// What is wrong, in a sentence.
        public let text: String

        /// A problem of its parts.
        public init(kind: String, letter: LetterID?, object: String?, text: String) {
            self.kind = kind
            self.letter = letter
            self.object = object
            self.text = text
        }
    }

    /// Revisions that were re-hashed.
    public let revisions: Int
    /// Blobs that were re-hashed.
    public let blobs: Int
    /// What is wrong; empty if all is well.
    public let problems: [Problem]

    /// A report of its parts.
    public init(revisions: Int, blobs: Int, problems: [Problem]) {
        self.revisions = revisions
        self.blobs = blobs
        self.problems = problems
    }
}

/// What a sample of a verification found, and how far it came.
public struct VerificationSample: Hashable, Sendable {
    /// What was found in this stretch.
    public let report: VerificationReport
    /// The log entries that were looked at.
    public let entries: Range<Int>
    /// How many entries the log has.
    public let total: Int

    /// A sample of its parts.
    public init(report: VerificationReport, entries: Range<Int>, total: Int) {
        self.report = report
        self.entries = entries
        self.total = total
    }
}
