import ArchiveClient
import Compression
import Hashing
import LetterModel
import ReplicaStore
import ReplicaStoreConformance
import SyncProtocol
import SyncTestSupport
import Testing

/// A transport whose requests and answers are read and written anew on the way.
class RewritingTransport: Transport {
    private let base: any Transport

    init(_ base: any Transport) {
        self.base = base
    }

    var traffic: Traffic { base.traffic }

    /// The requests whose answers are rewritten.
    var paths: Set<String> { ["sync"] }
    func rewrite(request lines: [[UInt8]]) throws -> [[UInt8]] { lines }
    func rewrite(answer lines: [[UInt8]]) throws -> [[UInt8]] { lines }

    func send(
        _ request: TransportRequest, cancellation: Cancellation, head: (TransportResponse) throws -> Void,
        chunk: ([UInt8]) throws -> Void
    ) throws {
        guard paths.contains(request.path) else {
            return try base.send(request, cancellation: cancellation, head: head, chunk: chunk)
        }
        var request = request
        guard !ZstandardDecoder.mayBeginWithNote(request.body ?? [0]) else {
            // It reads no thin pushes, as servers of others do not.
            return try answer(Problem(.compression(.corrupt)), head, chunk)
        }
        let lines = try plainLines(request.body ?? [], ContentEncoding(headerValue: request.header("Content-Encoding")))
        request.body = joined(try rewrite(request: try withoutThin(lines)))
        request.headers.removeAll { ["Content-Encoding", "Accept-Encoding"].contains($0.name) }
        var answer: [UInt8] = []
        try base.send(request, cancellation: cancellation, head: head) { answer += $0 }
        try chunk(joined(try rewrite(answer: try plainLines(answer, .identity))))
    }

    private func answer(
        _ problem: Problem, _ head: (TransportResponse) throws -> Void, _ chunk: ([UInt8]) throws -> Void
    ) throws {
        try head(
            TransportResponse(
                status: problem.status, headers: [HeaderField("Content-Type", "application/problem+json")]))
        try chunk(problem.body)
    }

    private func withoutThin(_ lines: [[UInt8]]) throws -> [[UInt8]] {
        guard var envelope = try lines.first.flatMap({ try JSONScanner.parse($0).members }) else { return lines }
        envelope["thin"] = nil
        return [envelope.canonicalBytes] + lines.dropFirst()
    }

    private func plainLines(_ bytes: [UInt8], _ encoding: ContentEncoding?) throws -> [[UInt8]] {
        guard encoding == .zstandard else {
            return bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).map { Array($0) }
        }
        var decoder = MessageDecoder(encoding: .zstandard, allowance: .response)
        var lines: [[UInt8]] = []
        try decoder.decode(bytes) { event in
            switch event {
            case .envelope(let members): lines.append(members.canonicalBytes)
            case .revision(let header, let content): lines += [header, content ?? Array("null".utf8)]
            case .packed, .damaged, .checkpoint, .blob: throw TestFailure("a request has none of these")
            }
        }
        return lines
    }

    private func joined(_ lines: [[UInt8]]) -> [UInt8] { lines.flatMap { $0 + [UInt8(ascii: "\n")] } }
}

/// A remote that does not take certain revisions.
final class RefusingTransport: RewritingTransport {
    private let refused: Set<RevisionID>
    private let isRetryable: Bool
    private var present: [RevisionID] = []

    init(_ base: any Transport, refusing refused: Set<RevisionID>, isRetryable: Bool = false) {
        self.refused = refused
        self.isRetryable = isRetryable
        super.init(base)
    }

    override func rewrite(request lines: [[UInt8]]) throws -> [[UInt8]] {
        present = []
        var kept = [lines[0]]
        for index in stride(from: 1, to: lines.count, by: 2) {
            let id = RevisionID(SHA256.digest(of: lines[index]))
            if refused.contains(id) { present.append(id) } else { kept += lines[index...index + 1] }
        }
        return kept
    }

    override func rewrite(answer lines: [[UInt8]]) throws -> [[UInt8]] {
        guard let envelope = try JSONScanner.parse(lines[0]).members else { throw TestFailure("no envelope") }
        var response = try ExchangeResponse(envelope: envelope)
        response.exceptions += present.map {
            PushException(id: $0, result: .rejected(code: "tooRude", text: "not here", isRetryable: isRetryable))
        }
        return [response.envelope.canonicalBytes] + lines.dropFirst()
    }
}

/// A remote that gives a content another wording under the same header.
final class ForgingTransport: RewritingTransport {
    private let content: [UInt8]
    private let onlyPages: Bool

    init(_ base: any Transport, content: [UInt8], onlyPages: Bool = false) {
        self.content = content
        self.onlyPages = onlyPages
        super.init(base)
    }

    override var paths: Set<String> { onlyPages ? ["sync"] : ["sync", "reconcile"] }

    override func rewrite(answer lines: [[UInt8]]) throws -> [[UInt8]] {
        lines.map { $0 == content ? Array(#"{"body":"forged"}"#.utf8) : $0 }
    }
}

/// A remote that does not know how to reconcile, as older servers did not.
func withoutReconciliation(_ base: any Transport) -> FaultyTransport {
    FaultyTransport(base) { _, request in
        guard request.path == "reconcile" else { return .none }
        let problem = #"{"code":"not-found","status":404,"title":"There is no such thing here","type":"about:blank"}"#
        return .answer(
            status: 404, headers: [HeaderField("Content-Type", "application/problem+json")], body: Array(problem.utf8))
    }
}

extension TestReplica {
    /// Stores a blob and writes a letter that refers to it; `saying`: the size that the letter tells.
    func attach(_ bytes: [UInt8], to letter: Int, saying size: Int? = nil) throws {
        let blob = try store.storeBlob(bytes)
        let letter = try maker.revision(
            letter, letter: .referring(to: blob, byteCount: size ?? bytes.count), author: name)
        try take([letter])
    }
}

extension SyncReport {
    /// Fails unless all was done.
    func expectDone(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(failure == nil, sourceLocation: sourceLocation)
        #expect(!isPartial, "\(notices) \(rejected)", sourceLocation: sourceLocation)
    }
}
