import Synchronization

/// An HTTP/1.1 server on libmicrohttpd that runs from its initializer to ``stop()``.
///
/// ```swift
/// let router = Router([
///     Route(.get, "/healthz") { _ in .respond(Response(status: 200, body: .bytes(Array("ok".utf8)))) }
/// ])
/// let events = ServerEvents(now: { ContinuousClock.now }, requestEnded: { record in … })
/// let server = try HTTPServer(configuration: .init(port: 8080), events: events, handler: router)
/// server.port
/// let report = server.stop()
/// ```
/// **Threads.** A few threads serve all sockets: ``Handler/accept(_:)``, a receiver's `receive` and the events run
/// there and must not wait. A limited number of worker threads run a receiver's `finish()` and a stream's `next()`,
/// while the connection is suspended; these may wait for a disk. None of them is a thread of Swift's concurrency.
/// A program that handles signals blocks them before it starts a server, because threads inherit the mask.
///
/// **Memory.** A connection takes its buffers (`connectionMemoryBytes`), what its receiver keeps, and one chunk of
/// its stream. Bodies are never collected by the server.
///
/// **Invariant.** No connection is suspended when libmicrohttpd is stopped: it would abort the process.
public final class HTTPServer: Sendable {
    /// How a stop went.
    public struct StopReport: Sendable, Equatable {
        /// Requests that were not done within the limit, and were cut. Work of theirs that was running in `finish()`
        /// or `next()` is not interrupted: it may go on after the stop.
        public let cutRequestCount: Int
    }

    private enum State {
        case running
        case stopped(StopReport)
    }

    /// The port that the server listens on, also when the configuration says 0.
    public let port: Int
    private let core: ServerCore
    private let daemon: Daemon
    private let state = Mutex(State.running)

    /// Listens and serves.
    public init(configuration: ServerConfiguration, events: ServerEvents, handler: any Handler) throws(ServerError) {
        let socket = try ListeningSocket(address: configuration.address, port: configuration.port)
        do {
            core = try ServerCore(configuration: configuration, events: events, handler: handler)
        } catch {
            socket.close()
            throw error
        }
        do {
            daemon = try Daemon(core: core, socket: socket)
        } catch {
            socket.close()
            core.stopThreads()
            throw error
        }
        port = socket.port
    }

    deinit {
        stop()
    }

    /// Requests that are being received, worked on or answered at this moment; idle connections do not count.
    public var openRequestCount: Int { core.open.count }

    /// Connections that are open at this moment, idle ones too.
    public var openConnectionCount: Int { core.reaper.connectionCount }

    /// Refuses new connections, gives open requests `stopLimitSeconds` to finish, cuts the others, and ends the threads.
    ///
    /// A request that reaches an open connection after the last one was answered is not begun: its connection is closed
    /// without an answer, and the client may send it again elsewhere. A server that nobody holds any more stops too.
    ///
    /// Blocks for as long; a second call waits for the first and returns its report. Must not be called on a thread
    /// of the server, that is from a handler, receiver, stream or event.
    @discardableResult
    public func stop() -> StopReport {
        state.withLock { state in
            if case .stopped(let report) = state { return report }
            core.beginStopping()
            daemon.quiesce()
            core.open.waitUntilEmpty(limitSeconds: core.configuration.stopLimitSeconds)
            let report = StopReport(cutRequestCount: core.open.endAll())
            daemon.stop()
            core.stopThreads()
            state = .stopped(report)
            return report
        }
    }
}
