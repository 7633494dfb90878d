public import LetterModel

/// What one sync with one remote did, also if it failed in the end: what is counted here is done and kept.
public struct SyncReport: Sendable {
    /// The remote's name.
    public var remote: String
    /// Revisions that the remote has now and did not have, as far as this replica can tell.
    public var pushed = 0
    /// Revisions that entered this replica's log.
    public var pulled = 0
    /// Letters with conflicts in this replica now.
    public var conflicts = 0
    /// Revisions that the remote did not take in this sync, with its reasons.
    public var rejected: [RejectedRevision] = []
    /// Blobs that the remote lacked and has now.
    public var blobsSent = 0
    /// Blobs that came.
    public var blobsReceived = 0
    /// Blobs that this replica wanted and that the remote does not have, or not whole.
    public var blobsMissing = 0
    /// HTTP requests.
    public var requests = 0
    /// Bytes sent, with request lines and headers.
    public var bytesSent = 0
    /// Bytes received, with status lines and headers.
    public var bytesReceived = 0
    /// How long it took.
    public var seconds = 0.0
    /// What a person should know, in the order in which it was noticed, each once. Of those about single revisions and blobs at most
    /// `noticeLimit` are here: a remote could tell of them without end.
    public var notices: [SyncNotice] = []
    /// How many more of those there were.
    public var unlistedNotices = 0
    /// Why it ended early; nil if it was done.
    public var failure: SyncError?

    /// A report of nothing yet.
    public init(remote: String) {
        self.remote = remote
    }

    /// Whether something was refused or forbidden, though the rest was done: exit status 2.
    public var isPartial: Bool {
        !rejected.isEmpty || unlistedNotices > 0 || notices.contains { notice in notice.isPartial }
    }

    /// Whether attachments were left for another sync because the connection failed.
    var hasLeftBlobs: Bool {
        notices.contains { notice in if case .blobsLeft = notice { true } else { false } }
    }

    /// The most notices about single revisions and blobs that are listed: more than anybody reads.
    public static let noticeLimit = 200

    mutating func note(_ notice: SyncNotice) {
        guard !notices.contains(notice) else { return }
        if notice.isOfMany, notices.count >= SyncReport.noticeLimit {
            unlistedNotices += 1
        } else {
            notices.append(notice)
        }
    }
}

/// A revision that a remote did not take.
public struct RejectedRevision: Hashable, Sendable {
    /// The revision.
    public let revision: RevisionID
    /// Its letter.
    public let letter: LetterID
    /// The remote's code.
    public let code: String
    /// The remote's reason in a sentence.
    public let text: String
}

/// Something that a person should know of a sync that went on all the same.
public enum SyncNotice: Hashable, Sendable {
    /// The remote came back from an old copy; what it had lost was sent again.
    case rewound
    /// The remote's log is another one than it was; both sides were compared by their revisions.
    case forked
    /// The remote held nothing any more; everything was sent again.
    case wiped
    /// The remote was restored, but has all that this replica had seen there.
    case restored
    /// The remote had acknowledged revisions that it lacks now; they were sent again.
    case lostRevisions
    /// This replica's folder is a copy, or was restored from one, since its last sync.
    case copied
    /// So many letters would be deleted by what came: too many at once, so their deletions are held back until a person decides.
    case deletionsHeld(letters: Int)
    /// The role on the remote does not allow to push; so many revisions stay here.
    case pushForbidden(role: String, unsent: Int)
    /// So many revisions were damaged on the remote; this replica holds them, and they are sent again.
    case sentBack(revisions: Int)
    /// The remote cannot give these revisions intact.
    case damagedThere(RevisionID)
    /// Bytes came that are no revision this replica can take; they are kept beside the log.
    case quarantined(RevisionID, code: String)
    /// A blob here no longer has the hash that names it, and was not sent.
    case damagedBlob(BlobID)
    /// The remote did not take a blob, for the reason with this code.
    case blobRefused(BlobID, code: String)
    /// What the remote gave as a blob has another hash, and was thrown away.
    case wrongBlob(BlobID)
    /// A blob could not be sent or fetched, for the reason with this code, again and again. Letters are not concerned.
    case blobFailed(BlobID, code: String)
    /// So many blobs were not sent or fetched, because the connection failed with this code after the letters were exchanged.
    case blobsLeft(count: Int, code: String)
    /// So many revisions of a bundle wait here for what they build on.
    case bundleWaits(revisions: Int)
    /// A bundle holds so many revisions that this replica cannot take; they are kept in quarantine.
    case bundleUnreadable(revisions: Int)
    /// Both sides should hold the same now and do not, even after they were reconciled.
    case difference(countHere: Int, countThere: Int)

    /// Whether something did not travel that should have.
    public var isPartial: Bool {
        switch self {
        case .rewound, .forked, .wiped, .restored, .lostRevisions, .copied, .sentBack: false
        case .deletionsHeld, .pushForbidden, .damagedThere, .quarantined, .damagedBlob, .blobRefused,
            .wrongBlob, .blobFailed, .blobsLeft, .bundleWaits, .bundleUnreadable, .difference:
            true
        }
    }

    /// Whether there may be one for each revision or blob.
    var isOfMany: Bool {
        switch self {
        case .damagedThere, .quarantined, .damagedBlob, .blobRefused, .wrongBlob, .blobFailed: true
        default: false
        }
    }

    /// A stable word for scripts.
    public var code: String {
        switch self {
        case .rewound: "rewound"
        case .forked: "forked"
        case .wiped: "wiped"
        case .restored: "restored"
        case .lostRevisions: "lostRevisions"
        case .copied: "copied"
        case .deletionsHeld: "deletionsHeld"
        case .pushForbidden: "pushForbidden"
        case .sentBack: "sentBack"
        case .damagedThere: "damagedThere"
        case .quarantined: "quarantined"
        case .damagedBlob: "damagedBlob"
        case .blobRefused: "blobRefused"
        case .wrongBlob: "wrongBlob"
        case .blobFailed: "blobFailed"
        case .blobsLeft: "blobsLeft"
        case .bundleWaits: "bundleWaits"
        case .bundleUnreadable: "bundleUnreadable"
        case .difference: "difference"
        }
    }
}

extension SyncNotice: CustomStringConvertible {
    /// What was noticed, and what to do about it.
    public var description: String {
        switch self {
        case .rewound: "the remote came back from an old copy; what it had lost was sent again, nothing is missing"
        case .forked:
            "the remote's history is not the one that was seen before; both sides were compared and what one lacked was sent, nothing is missing here: ask who runs it"
        case .wiped: "the remote was empty; everything that this replica holds was sent again, nothing is missing"
        case .restored: "the remote was restored from a backup; it has everything that this replica had seen there"
        case .lostRevisions: "the remote had lost revisions that it had acknowledged; they were sent again"
        case .copied:
            "this archive's folder was copied, or restored from a backup, since its last sync; what it lacked was received: nothing is lost, also if the original goes on being used"
        case .deletionsHeld(let letters):
            "others deleted \(letters) letters, too many at once to hide them unasked; they stay as they are here: see them with `chancery status`, then `chancery sync --accept-deletions` or `--reject-deletions`"
        case .pushForbidden(let role, let unsent):
            "as \(role) you may not push there: \(unsent) revisions stay here; ask for a token of a writer"
        case .sentBack(let revisions):
            "\(revisions) revisions were damaged on the remote and are sent again from here: ask who runs it to check its disk"
        case .damagedThere(let id):
            "revision \(id) is damaged on the remote, and what builds on it waits here: ask who runs it to check it"
        case .quarantined(let id, let code):
            "revision \(id) is none that this program can take (\(code)); it is kept in quarantine"
        case .damagedBlob(let id): "blob \(id) is damaged here and was not sent; run `chancery verify`"
        case .blobRefused(let id, let code): "the remote did not take blob \(id) (\(code))"
        case .wrongBlob(let id):
            "what the remote gave as blob \(id) has another hash and was thrown away: ask who runs it to check its disk"
        case .blobFailed(let id, let code):
            "blob \(id) could not be transferred (\(code)); letters are not concerned, and the next sync goes on with it"
        case .blobsLeft(let count, let code):
            "letters are in step, but \(count) attachments are left (\(code)); the next sync goes on where this one stopped"
        case .bundleWaits(let revisions):
            "\(revisions) revisions of the bundle wait here for what they build on, and it is left as it is: apply an earlier bundle, or sync with whoever made it"
        case .bundleUnreadable(let revisions):
            "the bundle holds \(revisions) revisions that this program cannot take, and is left as it is; they are kept in quarantine: update Chancery"
        case .difference(let here, let there):
            "this replica should hold what the remote holds, but counts \(here) revisions against \(there); run `chancery verify` here and `check` there"
        }
    }
}
