import Canaries
import HTTPServer
import LetterModel
import ReplicaStore
import SyncProtocol

/// `POST /v1/archives/{archive}/sync`: one exchange, push and pull in one round trip.
///
/// `ExchangeResponder` knows what an exchange is; here it is given HTTP, and told who may push. A reader's exchange is
/// answered too: its push is refused as a whole, its pull is served.
enum SyncRoute {
    static func route(_ context: RouteContext) -> Route {
        Route(.post, "/v1/archives/:archive/sync") { head in
            do throws(ProblemDetails) {
                return .receive(try Receiver(head, context))
            } catch {
                return .respond(error.response())
            }
        }
    }

    private final class Receiver: RequestBodyReceiver {
        let maximumBodyBytes = ProtocolLimits.requestTransferBytes
        #if CANARIES
            private let admitted: Admission
        #endif
        private let head: RequestHead
        private let context: RouteContext
        private var work: (responder: ExchangeResponder, reservation: BodyBudget.Reservation)?
        /// What was wrong with the body. The rest is read and thrown away, so that the client sees the answer, and nothing is held meanwhile.
        private var problem: Problem?

        init(_ head: RequestHead, _ context: RouteContext) throws(ProblemDetails) {
            let admission = try context.gatekeeper.admitToArchive(of: head, to: .pull)
            guard head.hasMediaType(ExchangeAnswer.contentType) else {
                throw .unsupported(expected: ExchangeAnswer.contentType)
            }
            guard head.headers.values("Content-Encoding").count <= 1,
                let encoding = ContentEncoding(headerValue: head.headers["Content-Encoding"])
            else { throw .unsupported(expected: "Content-Encoding: zstd, or none") }
            if let length = head.contentLength, length > ProtocolLimits.requestTransferBytes {
                throw .tooLarge(maximumBytes: ProtocolLimits.requestTransferBytes)
            }
            guard let reservation = context.uploads.reserve(0) else { throw .overloaded }
            #if CANARIES
                admitted = admission
            #endif
            self.head = head
            self.context = context
            let responder = ExchangeResponder(
                store: try context.store(of: admission.archive), encoding: encoding, worksBeside: true)
            work = (responder, reservation)
        }

        func receive(_ chunk: [UInt8]) throws {
            guard let work else { return }
            do {
                try work.responder.receive(chunk)
            } catch let problem as Problem {
                self.problem = problem
                self.work = nil
                return
            }
            guard work.reservation.grow(to: work.responder.heldBytes) else { throw ProblemDetails.overloaded }
        }

        func finish() throws -> Response {
            // Decided again, in the act: the token may have been revoked while the body came.
            #if CANARIES
                let admission =
                    try Canary.tokenNotAskedAgain.isOn
                    ? admitted : context.gatekeeper.admitToArchive(of: head, to: .pull)
            #else
                let admission = try context.gatekeeper.admitToArchive(of: head, to: .pull)
            #endif
            if let problem { return Response(problem) }
            guard let responder = work?.responder else { return Response(Problem(.truncated)) }
            let mayPush = context.gatekeeper.allows(admission, .push)
            return try context.withStore(of: admission.archive) { _ in
                let answer = try responder.finish(
                    role: admission.grant.role.rawValue, mayPush: mayPush,
                    acceptsZstandard: head.accepts(coding: "zstd"))
                let entries = entries(
                    answer.response, admission, pushedBytes: responder.heldBytes, mayPush: mayPush)
                guard answer.response.accepted.count > 0 else {
                    if !entries.isEmpty { context.writer.append(entries) }
                    return try response(answer)
                }
                context.events.moved(admission.archive.key, to: answer.response.end.cursor.sequence)
                // The client is told of its push after that is on disk.
                do {
                    var response = try response(answer)
                    response.hold = { [writer = context.writer] in writer.append(entries, then: $0) }
                    return response
                } catch {
                    context.writer.append(entries)
                    throw error
                }
            }
        }

        /// What was pushed and pulled, for the audit log.
        private func entries(
            _ response: ExchangeResponse, _ admission: Admission, pushedBytes: Int, mayPush: Bool
        ) -> [AuditEntry] {
            var entries: [AuditEntry] = []
            if !mayPush, pushedBytes > 0 { entries.append(context.entry(admission, .push, .denied)) }
            if response.totalRevisions > 0 {
                let details: JSONObject = [
                    "revisions": .integer(response.totalRevisions), "end": .integer(response.end.cursor.sequence),
                ]
                entries.append(context.entry(admission, .pull, .done, details))
            }
            if response.accepted.count > 0 {
                let details: JSONObject = [
                    "accepted": .integer(response.accepted.count), "exceptions": .integer(response.exceptions.count),
                ]
                entries.append(context.entry(admission, .push, .done, details))
            }
            return entries
        }

        private func response(_ answer: ExchangeAnswer) throws -> Response {
            var headers: Headers = ["Content-Type": ExchangeAnswer.contentType]
            headers["Content-Encoding"] = answer.encoding.headerValue
            // An exchange with nothing to do is one short chunk: it goes with its length, in one piece.
            let first = try answer.nextChunk() ?? []
            guard let second = try answer.nextChunk() else {
                return Response(status: 200, headers: headers, body: .bytes(first))
            }
            var ready = [second, first]
            return Response(
                status: 200, headers: headers, body: .stream { try ready.popLast() ?? answer.nextChunk() })
        }
    }
}

extension RequestHead {
    /// Whether the client takes a content coding.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
    func accepts(coding: String) -> Bool {
        headers.values("Accept-Encoding").contains { field in
            field.utf8.split(separator: UInt8(ascii: ",")).contains { element in
                let parts = element.split(separator: UInt8(ascii: ";")).map { part in
                    String(decoding: part.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self).lowercased()
                }
                guard parts.first?.utf8.elementsEqual(coding.utf8) == true else { return false }
                let isRefused = parts.dropFirst().contains {
                    $0.hasPrefix("q=0") && $0.dropFirst(3).allSatisfy { "0.".contains($0) }
                }
                return !isRefused
            }
        }
    }
}
