import HTTPServer
import LetterModel
import ReplicaStore
import SyncProtocol

/// `GET` and `HEAD /v1/archives/{archive}/blobs/{sha256}`: the bytes of an attachment.
///
/// Only what a letter of this archive refers to: whether another archive holds the bytes cannot be found out here. The
/// answer is the same for a blob that nothing refers to and for one whose bytes have not come yet.
/// The hash of the whole was compared before the first byte, and that of what is sent is with the last: a damaged copy never arrives whole. The
/// bytes come from their file piece by piece, so that slow downloads cost no memory. `Range: bytes=FIRST-` goes on where a connection broke
/// (206). Whoever may upload is told with 404 how many bytes of it have come (`Upload-Offset`).
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
            // A range of another version of the blob cannot be asked for: its bytes never change. Who names another tag gets all.
            let isWanted = head.headers["If-Range"].map { $0.utf8.elementsEqual(tag.utf8) } ?? true
            let given = try BlobResponder(store: store).give(
                blob, range: head.method == .get && isWanted ? head.headers["Range"] : nil,
                offersUpload: context.gatekeeper.allows(admission, .writeBlob))
            guard !head.hasCopy(tagged: tag) else { return Response(status: 304, headers: ["ETag": tag]) }
            if head.method == .get {
                context.note(
                    admission, .readBlob, .done,
                    ["blob": .string(blob.hex), "bytes": .integer(given.pieces.byteCount)])
            }
            // A letter is hostile input, and so is what is attached to it: no browser may show or run it from here.
            var headers: Headers = [
                "Content-Type": BlobResponder.contentType, "ETag": tag, "Content-Disposition": "attachment",
                "Content-Security-Policy": "sandbox", "Accept-Ranges": "bytes",
            ]
            headers["Content-Range"] = given.range?.contentRange
            return Response(
                status: given.status, headers: headers,
                body: .sizedStream(Pieces(pieces: given.pieces), byteCount: given.pieces.byteCount))
        }
    }

    private struct Pieces: ResponseBodyStream {
        let pieces: any BlobPieces

        mutating func next() throws -> [UInt8]? { try pieces.next() }
    }
}
