import ArchiveClient
import CommandOptions
import LetterModel
import ReplicaStore

/// A failure of a command: what failed, why, and what to do next; with the status to exit with.
struct Failure: Error {
    /// A stable word for programs.
    let code: String
    /// A sentence or two for people.
    let message: String
    let status: CommandStatus

    init(_ code: String, _ message: String, status: CommandStatus = .failed) {
        self.code = code
        self.message = message
        self.status = status
    }

    /// Any error as a failure that people can act on.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let file as FileSystem.Failure: self.init("file", "\(file.path): \(file.reason)")
        case let store as StoreError: self.init(Failure.code(of: store), store.description)
        case let archive as ArchiveError: self.init(archive.code, archive.description)
        case let address as RemoteAddressError: self.init("remoteAddress", address.description, status: .wrongUsage)
        case let folder as RemoteFolderError: self.init(folder.code, folder.description)
        case let bundle as BundleError: self.init(bundle.code, bundle.description)
        case let query as SearchQueryError: self.init(query)
        case let attachment as AttachmentFileError: self.init(attachment.code, attachment.description)
        case let sync as SyncError: self.init(sync.code, sync.description)
        case let revision as RevisionError: self.init(revision.code.rawValue, revision.description)
        default: self.init("failed", "\(error)")
        }
    }

    /// With the nearest of what might have been meant.
    private init(_ error: SearchQueryError) {
        let (code, word) =
            switch error {
            case .unknownOperator(let name): ("unknownOperator", name)
            case .missingValue: ("missingValue", "")
            case .unknownWord(let word, _): ("unknownWord", word)
            case .invalidDate: ("invalidDate", "")
            }
        let nearest = nearestName(to: word, among: error.alternatives)
        let colon = if case .unknownOperator = error { ":" } else { "" }
        self.init(
            code, error.description + (nearest.map { " (did you mean \($0)\(colon)?)" } ?? ""), status: .wrongUsage)
    }

    private static func code(of error: StoreError) -> String {
        switch error {
        case .notFound: "noArchive"
        case .exists: "archiveExists"
        case .notAReplica: "notAnArchive"
        case .newerSchema: "newerFormat"
        case .olderSchema: "olderFormat"
        case .wrongMode: "serverFolder"
        case .busy: "busy"
        case .diskFull: "diskFull"
        case .readOnly: "readOnly"
        case .inputOutput: "inputOutput"
        case .damaged: "damaged"
        case .archiveMismatch: "archiveMismatch"
        case .unknownRemote: "unknownRemote"
        case .remoteExists: "remoteExists"
        case .cursorMoved: "cursorMoved"
        case .database: "database"
        }
    }

    var json: JSONValue {
        ["code": .string(code), "message": .string(message)]
    }
}

/// The statuses that `chancery` exits with. The first that applies of 64, 1, 2, 3, 0 wins.
enum CommandStatus: Int32, Sendable {
    case done = 0
    case failed = 1
    /// Some files, revisions or remotes were refused or down, and were named.
    case partlyDone = 2
    /// All done, and a letter of this replica has a conflict.
    case doneWithConflicts = 3
    case wrongUsage = 64
}
