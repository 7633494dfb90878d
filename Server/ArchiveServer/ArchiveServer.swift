public import HTTPServer
public import LetterModel
import ReplicaStore
import Synchronization

/// A server for the archives of one data folder: runs from its initializer to ``stop()``.
///
/// It decides who may do what, speaks the sync protocol, and keeps the logs. What is stored and how revisions are taken in
/// is the business of `ReplicaStore` and `SyncProtocol`.
///
/// ```swift
/// let server = try ArchiveServer(
///     ServerFolder("/var/lib/chancery"), http: ServerConfiguration(port: 8080), clocks: clocks, log: log)
/// server.port
/// server.stop()
/// ```
public final class ArchiveServer: Sendable {
    /// Bytes of uploads that are held in memory at once; past that, uploads are put off with 503.
    static let uploadBudgetBytes = 128 * 1024 * 1024

    /// How long what came of an attachment is kept while nobody goes on with it: a laptop that is away for a week finds it.
    static let partialBlobDays = 30

    private let folder: ServerFolder
    /// When what came of attachments was looked at last, in milliseconds.
    private let tidiedPartialBlobs = Mutex(0)
    let context: RouteContext
    private let http: HTTPServer
    /// Held for as long as this lives.
    private let lock: ServerLock

    /// The port that the server listens on, also when the configuration says 0.
    public var port: Int { http.port }

    /// Opens the data folder, listens and serves.
    ///
    /// - Parameters:
    ///   - folder: A data folder that ``Administration`` made; no other server may run on it.
    ///   - lent: The one replica to serve; nil for the archives of the data folder.
    ///   - configuration: Where to listen, and TLS.
    ///   - blobLimitBytes: The largest attachment that is taken.
    ///   - clocks: The clocks.
    ///   - log: Is told of each request and of what the server does.
    public init(
        _ folder: ServerFolder, lending lent: LentReplica? = nil, http configuration: ServerConfiguration,
        blobLimitBytes: Int = Limits.blobBytes, clocks: ServerClocks, log: ServerLog
    ) throws(ServerFailure) {
        self.folder = folder
        let registry = try ServerRegistry(folder, create: false)
        lock = try ServerLock(folder)
        let writer = RegistryWriter(registry, now: clocks.now, log: log)
        let context = RouteContext(
            gatekeeper: Gatekeeper(registry: registry, writer: writer, clocks: clocks, log: log), registry: registry,
            stores: ArchiveStores(in: folder, lent: lent), events: LiveEvents(), writer: writer,
            uploads: BodyBudget(limitBytes: ArchiveServer.uploadBudgetBytes), blobLimitBytes: blobLimitBytes,
            clocks: clocks, log: log)
        self.context = context
        let events = ServerEvents(
            now: clocks.uptime, requestEnded: { log.note($0) },
            libraryMessage: { log.note(.debug, "HTTP library", ["text": .string($0)]) })
        do throws(ServerError) {
            http = try HTTPServer(configuration: configuration, events: events, handler: Router(Self.routes(context)))
        } catch {
            throw .http(error)
        }
        tidyUp()
        context.noteServer("server.start")
        writer.flush()
        log.note(.info, "started", ["address": .string(configuration.address), "port": .integer(http.port)])
    }

    /// Every route of the server: a test demands a row of its table for each.
    static func routes(_ context: RouteContext) -> [Route] {
        [
            HealthRoutes.health(),
            HealthRoutes.readiness(context),
            ArchiveRoutes.list(context),
            ArchiveRoutes.one(context),
            SyncRoute.route(context),
            ReconciliationRoute.route(context),
            BlobDownloadRoute.route(context),
            BlobUploadRoute.route(context),
            MissingBlobsRoute.route(context),
            EventsRoute.route(context),
        ]
    }

    /// Looks after the clients that wait for events, and moves the folders of archives that were deleted while the server
    /// runs, once no request uses them. Call it every second or so; it is a few short reads.
    public func tidyUp() {
        context.events.lookAfter(at: context.clocks.uptime()) { archive in
            do throws(StoreError) {
                return try context.stores.store(of: archive).logState().end.sequence
            } catch {
                // A request that uses the archive tells what is wrong with it.
                return nil
            }
        }
        tidyUpPartialBlobs()
        do throws(ServerFailure) {
            for archive in try context.registry.moveAside(in: folder, where: context.stores.retire) {
                context.log.note(
                    .info, "deleted archive moved aside",
                    ["archive": .string(archive.name.text), "folder": .string(archive.deletion?.folderName ?? "")])
            }
        } catch {
            context.log.note(.error, "could not move a deleted archive aside", ["reason": .string(error.description)])
        }
    }

    /// Once an hour, takes away what came of attachments that nobody goes on with.
    private func tidyUpPartialBlobs() {
        let now = context.clocks.now().milliseconds
        let isDue = tidiedPartialBlobs.withLock { last in
            guard now - last >= 3_600_000 else { return false }
            last = now
            return true
        }
        guard isDue else { return }
        let limit = Timestamp(milliseconds: now - ArchiveServer.partialBlobDays * 86_400_000)
        for store in context.stores.open {
            do throws(StoreError) {
                let count = try store.removePartialBlobs(untouchedSince: limit)
                guard count > 0 else { continue }
                context.log.note(.info, "forgot uploads that nobody went on with", ["count": .integer(count)])
            } catch {
                context.log.note(.error, "could not forget old uploads", ["reason": .string(error.description)])
            }
        }
    }

    /// Takes no new requests, lets open ones finish for a while, and closes everything. A second call does nothing.
    public func stop() {
        context.events.end()
        let report = http.stop()
        context.noteServer("server.stop")
        context.writer.flush()
        context.log.note(.info, "stopped", ["cutRequests": .integer(report.cutRequestCount)])
    }
}

extension RouteContext {
    /// Adds what the server itself did to the audit log.
    fileprivate func noteServer(_ action: String) {
        writer.append(
            AuditEntry(time: clocks.now(), subject: "server", action: action, object: nil, outcome: .done))
    }
}
