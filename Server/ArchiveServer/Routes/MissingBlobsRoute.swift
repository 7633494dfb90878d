import HTTPServer
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
                guard head.hasMediaType(BlobResponder.questionContentType), head.headers["Content-Encoding"] == nil
                else { throw .unsupported(expected: "\(BlobResponder.questionContentType) without Content-Encoding") }
                if let length = head.contentLength, length > ProtocolLimits.blobQuestionBytes {
                    throw .tooLarge(maximumBytes: ProtocolLimits.blobQuestionBytes)
                }
                return .perform(maximumBodyBytes: ProtocolLimits.blobQuestionBytes) { question in
                    let admission = try context.gatekeeper.admitToArchive(of: head, to: .askMissingBlobs)
                    return try context.withStore(of: admission.archive) { store in
                        Response(
                            status: 200, headers: ["Content-Type": BlobResponder.questionContentType],
                            body: .bytes(try BlobResponder(store: store).missing(question)))
                    }
                }
            } catch {
                return .respond(error.response())
            }
        }
    }
}
