import Canaries
import Compression
import LetterModel
public import ReplicaStore

/// The answering side of reconciliation, as plain code over a store: no HTTP, no threads. It changes nothing.
///
/// Throws `Problem` for what the sender did wrong, and `StoreError` for what failed here.
public struct ReconciliationResponder {
    private let store: any ReplicaStore

    /// The type of question and answer.
    public static let contentType = ExchangeAnswer.contentType
    /// The path below an archive's URL.
    public static let path = "reconcile"

    /// A responder over a replica.
    public init(store: any ReplicaStore) {
        self.store = store
    }

    /// `POST reconcile`: the answer to a question, with status 200.
    ///
    /// - Parameters:
    ///   - question: The body of the request.
    ///   - encoding: How it is encoded.
    ///   - acceptsZstandard: Whether the request's `Accept-Encoding` names zstd.
    public func answer(
        _ question: [UInt8], encoding: ContentEncoding, acceptsZstandard: Bool
    ) throws -> (response: ReconciliationResponse, body: EncodedBody) {
        let request = try parse(question, encoding)
        let ours = try store.identity()
        guard ours.archive == request.archive.id || ours.isArchiveOpen || request.archive.isOpen else {
            throw Problem.mismatch(here: ours.archive, there: request.archive.id)
        }
        var (ranges, answeredCount) = ([ReconciliationResponse.Range](), 0)
        if !request.questions.isEmpty { (ranges, answeredCount) = try compare(request.questions) }
        let entries = try store.logEntries(of: request.wanted, maximumBytes: ProtocolLimits.wantedBytes)
        let known = request.wanted.isEmpty ? 0 : try count(of: request.wanted)
        let response = ReconciliationResponse(
            answeredCount: answeredCount, ranges: ranges, entryCount: entries.count,
            leftCount: max(0, known - entries.count))
        var lines = MessageLines()
        lines.append(envelope: response.envelope)
        for entry in entries {
            switch entry {
            case .intact(let logged): lines.append(logged.revision)
            case .damaged(_, let id): lines.append(damaged: id)
            }
        }
        let body = acceptsZstandard ? EncodedBody(compressing: lines.bytes) : EncodedBody(plain: lines.bytes)
        return (response, body)
    }

    private func parse(_ question: [UInt8], _ encoding: ContentEncoding) throws(Problem) -> ReconciliationRequest {
        var request: ReconciliationRequest?
        do {
            var decoder = MessageDecoder(encoding: encoding, allowance: .question)
            try decoder.decode(question) { event in
                guard case .envelope(let members) = event else {
                    throw MessageError.line(number: 2, expected: "part of a question: it has one line")
                }
                request = try ReconciliationRequest(envelope: members)
            }
            try decoder.finish()
        } catch let error as MessageError {
            throw Problem(error)
        } catch {
            throw Problem(.truncated)
        }
        guard let request else { throw Problem(.truncated) }
        return request
    }

    /// How many different revisions of these are in the log.
    private func count(of ids: [RevisionID]) throws -> Int {
        let ranges = Set(ids).sorted().compactMap { IDRange($0.hex) }
        return try store.summaries(of: ranges).reduce(0) { $0 + $1.count }
    }

    /// What there is in the ranges that differ: small ones list their ids, others their parts. As many as fit.
    private func compare(
        _ questions: [ReconciliationRequest.Question]
    ) throws -> (ranges: [ReconciliationResponse.Range], answeredCount: Int) {
        // The parts of all ranges in one pass; a range is the sum of its parts.
        let partRanges = questions.flatMap(\.range.parts)
        let partSummaries = try store.summaries(of: partRanges)
        var differing: [(range: IDRange, parts: [RangeSummary], count: Int)] = []
        var answeredCount = 0
        var byteCount = 0
        var start = 0
        for question in questions {
            let parts = Array(partSummaries[start..<start + question.range.parts.count])
            start += parts.count
            let whole = parts.reduce(RangeSummary(), +)
            if question.claim != ReconciliationRequest.Claim(whole) {
                let isListed = whole.count <= ProtocolLimits.listedIDs
                byteCount += isListed ? 68 * whole.count + 100 : 1_200
                guard differing.isEmpty || byteCount <= ProtocolLimits.reconciliationAnswerBytes else { break }
                differing.append((question.range, parts, whole.count))
            }
            answeredCount += 1
        }
        let listed = differing.filter { $0.count <= ProtocolLimits.listedIDs }.map(\.range)
        var ids = try store.revisionIDs(in: listed).makeIterator()
        let ranges = differing.map { entry in
            guard entry.count <= ProtocolLimits.listedIDs else {
                return ReconciliationResponse.Range(
                    entry.range, .parts(entry.parts.map(ReconciliationRequest.Claim.init)))
            }
            #if CANARIES
                if Canary.rangeOffByOne.isOn, let listed = ids.next() {
                    return ReconciliationResponse.Range(entry.range, .ids(Array(listed.prefix(entry.count - 1))))
                }
            #endif
            // What was appended since then is left for the next question.
            return ReconciliationResponse.Range(
                entry.range, .ids(Array((ids.next() ?? []).prefix(ProtocolLimits.listedIDs))))
        }
        return (ranges, answeredCount)
    }
}
