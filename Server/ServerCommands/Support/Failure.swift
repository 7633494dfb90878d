import ArchiveServer
import LetterModel

/// A failure of a command: what failed, why, and what to do next; with the status to exit with.
struct Failure: Error {
    /// A stable word for programs.
    let code: String
    /// A sentence or two for people.
    let message: String
    /// The status to exit with.
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
        case let failure as ServerFailure: self.init(failure.code, failure.description)
        default: self.init("failed", "\(error)")
        }
    }

    /// A command line that cannot be carried out as it is.
    static func usage(_ message: String) -> Failure { Failure("usage", message, status: .wrongUsage) }

    var json: JSONValue { ["error": ["code": .string(code), "message": .string(message)]] }
}

/// The statuses that `chancery-server` exits with.
enum CommandStatus: Int32, Sendable {
    case done = 0
    case failed = 1
    case wrongUsage = 64
}
