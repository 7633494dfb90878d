import HTTPServer
import LetterModel
import SyncProtocol

/// `POST /v1/archives/{archive}/reconcile`: which ranges of ids differ, and the revisions that are wanted by id.
///
/// It changes nothing, so whoever may pull may ask.
enum ReconciliationRoute {
    static func route(_ context: RouteContext) -> Route {
        Route(.post, "/v1/archives/:archive/reconcile") { head in
            do throws(ProblemDetails) {
                _ = try context.gatekeeper.admitToArchive(of: head, to: .pull)
                guard head.hasMediaType(ReconciliationResponder.contentType) else {
                    throw .unsupported(expected: ReconciliationResponder.contentType)
                }
                guard head.headers.values("Content-Encoding").count <= 1,
                    let encoding = ContentEncoding(headerValue: head.headers["Content-Encoding"])
                else { throw .unsupported(expected: "Content-Encoding: zstd, or none") }
                if let length = head.contentLength, length > ProtocolLimits.reconciliationQuestionBytes {
                    throw .tooLarge(maximumBytes: ProtocolLimits.reconciliationQuestionBytes)
                }
                return .perform(maximumBodyBytes: ProtocolLimits.reconciliationQuestionBytes) { question in
                    try answer(question, encoding, head, context)
                }
            } catch {
                return .respond(error.response())
            }
        }
    }

    private static func answer(
        _ question: [UInt8], _ encoding: ContentEncoding, _ head: RequestHead, _ context: RouteContext
    ) throws -> Response {
        let admission = try context.gatekeeper.admitToArchive(of: head, to: .pull)
        return try context.withStore(of: admission.archive) { store in
            let (response, body) = try ReconciliationResponder(store: store).answer(
                question, encoding: encoding, acceptsZstandard: head.accepts(coding: "zstd"))
            if response.entryCount > 0 {
                context.note(admission, .pull, .done, ["revisions": .integer(response.entryCount)])
            }
            var headers: Headers = ["Content-Type": ReconciliationResponder.contentType]
            headers["Content-Encoding"] = body.encoding.headerValue
            return Response(status: 200, headers: headers, body: .bytes(body.bytes))
        }
    }
}
