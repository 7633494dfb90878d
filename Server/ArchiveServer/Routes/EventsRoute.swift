import HTTPServer
import ReplicaStore

/// `GET /v1/archives/{archive}/events`: where the archive's log ends, now and whenever it has moved, as server-sent events.
///
/// For those who may pull. A response has no end of its own: it ends when the token or the archive does, or with the server.
enum EventsRoute {
    static func route(_ context: RouteContext) -> Route {
        Route(.get, "/v1/archives/:archive/events") { head in
            .perform { _ in
                let admission = try context.gatekeeper.admitToArchive(of: head, to: .pull)
                return try context.withStore(of: admission.archive) { store in
                    let feed = try context.events.listen(
                        to: admission.archive, at: context.clocks.uptime(),
                        isAllowed: { isAllowed(head, admission, context) },
                        end: { try store.logState().end.sequence })
                    return Response(
                        status: 200, headers: ["Content-Type": LiveEvents.contentType], body: .feed(feed))
                }
            }
        }
    }

    /// Whether the token may still pull from the archive that it was admitted to.
    private static func isAllowed(_ head: RequestHead, _ admission: Admission, _ context: RouteContext) -> Bool {
        do throws(ProblemDetails) {
            return try context.gatekeeper.admitToArchive(of: head, to: .pull).archive.key == admission.archive.key
        } catch {
            // Refused, and written down as a denial; or the registry cannot be read: then the client asks again.
            return false
        }
    }
}
