import HTTPServer
import LetterModel
import ReplicaStore
import SyncProtocol

/// `PUT /v1/archives/{archive}/blobs/{sha256}`: the bytes of an attachment with `Content-Length`, whole or, with `Content-Range`, a piece
/// of up to 32 MiB that follows what has come.
///
/// They count only if all of them have the hash in the path and a letter of the archive refers to them: letters are sent first.
/// 202 for a piece that others follow, 201 if they are new, 204 if they were here. Sending them again changes nothing. A piece is in memory
/// until its end, so that no disk is waited for on a thread that serves sockets, and a cut costs no more than the piece.
enum BlobUploadRoute {
    static func route(_ context: RouteContext) -> Route {
        Route(.put, "/v1/archives/:archive/blobs/:blob") { head in
            do throws(ProblemDetails) {
                return .receive(try Receiver(head, context))
            } catch {
                return .respond(error.response())
            }
        }
    }

    private final class Receiver: RequestBodyReceiver {
        let maximumBodyBytes = ProtocolLimits.blobInOnePieceBytes
        private let head: RequestHead
        private let context: RouteContext
        private let blob: BlobID
        private let reservation: BodyBudget.Reservation
        private var bytes: [UInt8] = []

        init(_ head: RequestHead, _ context: RouteContext) throws(ProblemDetails) {
            _ = try context.gatekeeper.admitToArchive(of: head, to: .writeBlob)
            guard let blob = BlobID(hex: head.parameters["blob"] ?? "") else { throw .noBlobName }
            guard head.headers["Content-Encoding"] == nil else {
                throw .unsupported(expected: "the bytes as they are, without Content-Encoding")
            }
            guard let length = head.contentLength else { throw .lengthRequired }
            guard length <= ProtocolLimits.blobInOnePieceBytes else {
                throw .tooLarge(maximumBytes: ProtocolLimits.blobInOnePieceBytes)
            }
            guard let reservation = context.uploads.reserve(length) else { throw .overloaded }
            self.head = head
            self.context = context
            self.blob = blob
            self.reservation = reservation
            bytes.reserveCapacity(length)
        }

        func receive(_ chunk: [UInt8]) {
            bytes += chunk
        }

        func finish() throws -> Response {
            // Decided again: the token may have been revoked while the bytes came.
            let admission = try context.gatekeeper.admitToArchive(of: head, to: .writeBlob)
            return try context.withStore(of: admission.archive) { store in
                let taken = try BlobResponder(store: store, limitBytes: context.blobLimitBytes)
                    .take(bytes, as: blob, contentRange: head.headers["Content-Range"])
                var headers = Headers()
                for field in taken.headers { headers[field.name] = field.value }
                if case .stored(let byteCount) = taken {
                    context.note(
                        admission, .writeBlob, .done, ["blob": .string(blob.hex), "bytes": .integer(byteCount)])
                    context.writer.flush()
                }
                return Response(status: taken.status, headers: headers)
            }
        }
    }
}
