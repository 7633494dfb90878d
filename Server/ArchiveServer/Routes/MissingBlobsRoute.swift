import HTTPServer
import LetterModel
import ReplicaStore
import SyncProtocol

/// `POST /v1/archives/{archive}/blobs/missing`: which of these blobs does the archive lack.
///
/// A blob that no letter here refers to is never named: it could not be uploaded, and nobody learns by asking whether
/// another archive holds it.
enum MissingBlobsRoute {
    static func route(_ context: RouteContext) -> Route {
        Route(.post, "/v1/archives/:archive/blobs/missing") { head in
            do throws(ProblemDetails) {
                _ = try context.gatekeeper.admitToArchive(of: head, to: .askMissingBlobs)
                guard head.hasMediaType("application/json"), head.headers["Content-Encoding"] == nil else {
                    throw .unsupported(expected: "application/json without Content-Encoding")
                }
                return .perform(maximumBodyBytes: ProtocolLimits.blobQuestionBytes) { body in
                    try answer(head, body, context)
                }
            } catch {
                return .respond(error.response())
            }
        }
    }

    private static func answer(_ head: RequestHead, _ body: [UInt8], _ context: RouteContext) throws -> Response {
        let admission = try context.gatekeeper.admitToArchive(of: head, to: .askMissingBlobs)
        let question: BlobList
        do throws(MessageError) {
            question = try BlobList(.question, parsing: body)
        } catch {
            return Response(Problem(error))
        }
        return try context.withStore(of: admission.archive) { store in
            let missing = try question.blobs.filter { blob in
                try store.blobReference(blob) != nil && !store.hasBlob(blob)
            }
            return Response(
                status: 200, headers: ["Content-Type": "application/json"],
                body: .bytes(BlobList(.answer, missing).bytes))
        }
    }
}
