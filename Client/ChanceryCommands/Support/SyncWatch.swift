import ArchiveClient
import Dispatch
import Glibc
import LetterModel
import ReplicaStore
import Synchronization

/// `sync --watch`: follows remotes until the process is told to stop, and says what moved.
struct SyncWatch {
    private let context: CommandContext

    init(_ context: CommandContext) {
        self.context = context
    }

    /// Follows all of them at once.
    func run(_ archive: Archive, _ remotes: [Remote]) async throws -> CommandStatus {
        if isWatched {
            context.console.note("following \(remotes.map(\.name).joined(separator: ", ")); Ctrl-C ends it")
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for remote in remotes {
                group.addTask { try await follow(archive, remote, isOnlyOne: remotes.count == 1) }
            }
            group.addTask {
                await SyncWatch.interruption()
                throw CancellationError()
            }
            do {
                while try await group.next() != nil {}
            } catch is CancellationError {
                group.cancelAll()
            }
            return .done
        }
    }

    /// Whether somebody looks on, who wonders why nothing happens.
    private var isWatched: Bool { context.console.error.isTerminal && !context.isJSON }

    private func follow(_ archive: Archive, _ remote: Remote, isOnlyOne: Bool) async throws {
        let run = SyncRun(context)
        let token = try run.token(for: try RemoteAddress(parsing: remote.address), isOnlyOne: isOnlyOne)
        let lastFailure = Mutex<String?>(nil)
        try await archive.follow(remote.name, token: token) { report in
            if context.isJSON { context.print(report.json) }
            // A network that is away for an hour is told of once.
            let failure = report.failure?.description
            let last = lastFailure.withLock { last in
                defer { last = failure }
                return last
            }
            let isNews = failure != nil ? failure?.hasSameBytes(as: last ?? "") == false : report.hasNews
            if last != nil, failure == nil { context.console.note("\(remote.name): connected again") }
            if isNews { run.say(report, remote.name, remote.address) }
            if isNews, failure != nil, isWatched {
                context.console.note("\(remote.name): it is tried again until it answers")
            }
        }
    }

    /// Returns when the process is told to stop.
    private static func interruption() async {
        let signals = [SIGINT, SIGTERM]
        for number in signals { signal(number, SIG_IGN) }
        let sources = signals.map { DispatchSource.makeSignalSource(signal: $0, queue: .global()) }
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        for source in sources {
            source.setEventHandler { continuation.yield() }
            source.resume()
        }
        for await _ in stream { break }
        for source in sources { source.cancel() }
    }
}

extension SyncReport {
    /// Whether anything moved, or a person should know of something.
    fileprivate var hasNews: Bool {
        pushed + pulled + blobsSent + blobsReceived > 0 || !rejected.isEmpty || !notices.isEmpty
    }
}
