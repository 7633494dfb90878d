import Synchronization

/// What all requests of one server share.
final class ServerCore: Sendable {
    let configuration: ServerConfiguration
    let events: ServerEvents
    let handler: any Handler
    let gate: RequestGate
    let workers: WorkerPool
    let reaper: Reaper
    let open = OpenExchanges()
    private let stopping = Atomic(false)
    private let lastMessage = Mutex("it gives no reason")

    init(configuration: ServerConfiguration, events: ServerEvents, handler: any Handler) throws(ServerError) {
        self.configuration = configuration
        self.events = events
        self.handler = handler
        gate = RequestGate(maximumHeaderBytes: configuration.maximumHeaderBytes)
        workers = try WorkerPool(threadCount: configuration.workerThreadCount)
        do {
            reaper = try Reaper(configuration)
        } catch {
            workers.stop()
            throw error
        }
    }

    /// Whether connections shall be closed after their next response.
    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// Lets the threads that are not libmicrohttpd's end.
    func stopThreads() {
        workers.stop()
        reaper.stop()
    }

    /// Lets connections be closed after their next response.
    func beginStopping() { stopping.store(true, ordering: .relaxed) }

    /// What libmicrohttpd said last.
    var lastLibraryMessage: String { lastMessage.withLock { $0 } }

    /// Takes a message of libmicrohttpd and passes it on.
    func libraryMessage(_ text: String) {
        lastMessage.withLock { $0 = text }
        events.libraryMessage(text)
    }
}
