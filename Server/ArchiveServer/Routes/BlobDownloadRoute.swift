import HTTPServer
import LetterModel
import ReplicaStore
import SyncProtocol

/// `GET` and `HEAD /v1/archives/{archive}/blobs/{sha256}`: the bytes of an attachment.
///
/// Only what a letter of this archive refers to: whether another archive holds the bytes cannot be found out here. The
/// answer is the same for a blob that nothing refers to and for one whose bytes have not come yet.
/// The hash was compared when the bytes were read, and is again with the last of them: a damaged copy never arrives whole. They come from
/// their file piece by piece, so that slow downloads cost no memory.
enum BlobDownloadRoute {
    static func route(_ context: RouteContext) -> Route {
        Route(.get, "/v1/archives/:archive/blobs/:blob") { head in
            .perform { _ in try answer(head, context) }
        }
    }

    private static func answer(_ head: RequestHead, _ context: RouteContext) throws -> Response {
        let admission = try context.gatekeeper.admitToArchive(of: head, to: .readBlob)
        guard let blob = BlobID(hex: head.parameters["blob"] ?? "") else { throw ProblemDetails.noBlobName }
        let tag = "\"\(blob.hex)\""
        return try context.withStore(of: admission.archive) { store in
            let pieces = try BlobResponder(store: store).pieces(of: blob)
            guard !head.hasCopy(tagged: tag) else { return Response(status: 304, headers: ["ETag": tag]) }
            if head.method == .get {
                context.note(
                    admission, .readBlob, .done, ["blob": .string(blob.hex), "bytes": .integer(pieces.byteCount)])
            }
            // A letter is hostile input, and so is what is attached to it: no browser may show or run it from here.
            return Response(
                status: 200,
                headers: [
                    "Content-Type": BlobResponder.contentType, "ETag": tag, "Content-Disposition": "attachment",
                    "Content-Security-Policy": "sandbox",
                ],
                body: .sizedStream(Pieces(pieces: pieces), byteCount: pieces.byteCount))
        }
    }

    private struct Pieces: ResponseBodyStream {
        let pieces: any BlobPieces

        mutating func next() throws -> [UInt8]? { try pieces.next() }
    }
}
