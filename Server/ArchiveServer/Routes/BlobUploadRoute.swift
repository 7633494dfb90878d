import HTTPServer
import LetterModel
import ReplicaStore
import SyncProtocol

/// `PUT /v1/archives/{archive}/blobs/{sha256}`: the bytes of an attachment, whole, with `Content-Length`.
///
/// They count only if they have the hash in the path and a letter of the archive refers to them: letters are sent first.
/// 201 if they are new, 204 if they were here. Sending them again changes nothing.
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
                let isNew = try !store.hasBlob(blob)
                try BlobResponder(store: store).store(bytes, as: blob)
                guard isNew else { return Response(status: 204) }
                context.note(
                    admission, .writeBlob, .done, ["blob": .string(blob.hex), "bytes": .integer(bytes.count)])
                context.writer.flush()
                return Response(status: 201)
            }
        }
    }
}
