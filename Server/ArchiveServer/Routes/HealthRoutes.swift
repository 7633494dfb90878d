import HTTPServer
import LetterModel

/// `GET /healthz` and `GET /readyz`: for those who watch the server. No token is needed, and nothing is told of archives.
enum HealthRoutes {
    /// 200 as long as the server answers at all.
    static func health() -> Route {
        Route(.get, "/healthz") { _ in .respond(plain("ok\n")) }
    }

    /// 200 if requests can be served: the registry can be read.
    static func readiness(_ context: RouteContext) -> Route {
        Route(.get, "/readyz") { _ in
            .perform { _ in
                do throws(ServerFailure) {
                    _ = try context.registry.archives()
                    return plain("ready\n")
                } catch {
                    context.log.note(.error, "registry failed", ["reason": .string(error.description)])
                    throw ProblemDetails.registryFailed
                }
            }
        }
    }

    private static func plain(_ text: String) -> Response {
        Response(status: 200, headers: ["Content-Type": "text/plain; charset=utf-8"], body: .bytes(Array(text.utf8)))
    }
}
