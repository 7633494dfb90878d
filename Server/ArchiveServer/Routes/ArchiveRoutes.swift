import Hashing
import HTTPServer
import LetterModel
import ReplicaStore
import SyncProtocol

/// `GET /v1/archives` and `GET /v1/archives/{archive}`: which archives there are, and how far each has come.
enum ArchiveRoutes {
    /// The archives that the token may know of.
    static func list(_ context: RouteContext) -> Route {
        Route(.get, "/v1/archives") { head in
            .perform { _ in
                let grant = try context.gatekeeper.admit(head, to: .listArchives)
                let archives = try context.registry.archives().filter {
                    context.gatekeeper.allows(grant, $0, .listArchives)
                }
                return .json(["archives": .array(archives.compactMap { row(of: $0, grant, context) })])
            }
        }
    }

    /// One archive. Its entity tag changes when the log grows, or when the token's role changes.
    static func one(_ context: RouteContext) -> Route {
        Route(.get, "/v1/archives/:archive") { head in
            .perform { _ in
                let admission = try context.gatekeeper.admitToArchive(of: head, to: .readArchive)
                return try context.withStore(of: admission.archive) { store in
                    let state = try state(of: admission.archive, store, admission.grant)
                    let tag = "\"\(SHA256.digest(of: state.canonicalBytes).hex.prefix(32))\""
                    if head.hasCopy(tagged: tag) { return Response(status: 304, headers: ["ETag": tag]) }
                    var response = Response.json(state)
                    response.headers["ETag"] = tag
                    return response
                }
            }
        }
    }

    /// An archive in the list; nil if it was deleted a moment ago. One that fails does not hide the others.
    private static func row(of archive: ArchiveRecord, _ grant: Grant, _ context: RouteContext) -> JSONValue? {
        do throws(StoreError) {
            return try state(of: archive, try context.stores.store(of: archive), grant)
        } catch {
            let problem = context.problem(error, archive)
            guard problem.status != 404 else { return nil }
            return [
                "name": .string(archive.name.text), "role": .string(grant.role.rawValue),
                "error": .string(problem.code),
            ]
        }
    }

    private static func state(
        of archive: ArchiveRecord, _ store: any ReplicaStore, _ grant: Grant
    ) throws(StoreError) -> JSONValue {
        let identity = try store.identity()
        let state = try store.logState()
        return [
            "name": .string(archive.name.text), "archive": .string(identity.archive.text),
            "role": .string(grant.role.rawValue), "count": .integer(state.count),
            "cursor": .string(Cursor(state.end).text), "fingerprint": .string(state.fingerprint.hex),
        ]
    }
}
