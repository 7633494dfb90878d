import Canaries

/// One request from its first line to the end of its response: a state machine that libmicrohttpd's callbacks drive.
///
/// While the connection runs, all of this belongs to the one thread that serves its socket. While it is suspended it
/// belongs to nobody; the worker hands its result over inside ``Suspension/resume(_:)``, under the lock that also
/// resumes. That order is why `@unchecked Sendable` holds.
final class Exchange: @unchecked Sendable {
    private enum Phase {
        /// The head is not complete yet.
        case head
        /// `receiver` takes the body.
        case receiving
        /// The body is thrown away, at most so many bytes of it, before the answer.
        case discarding(Response, leftBytes: Int)
        /// A worker makes the answer, or has made it.
        case working
        /// The answer is queued.
        case answered
    }

    let suspension: Suspension
    private let core: ServerCore
    private let connection: Connection
    private let watch: ConnectionWatch?
    private let peer: RequestHead.Peer
    private let target: [UInt8]
    private let targetAddress: UInt
    private let started: ContinuousClock.Instant

    private var phase = Phase.head
    /// Not a part of `phase`: taking it out of there and putting it back would copy its buffers with each chunk.
    private var receiver: (any RequestBodyReceiver)?
    private var outcome: Result<Response, any Error>?
    private var method = ""
    private var isHTTP1_0 = false
    private var status: Int?
    private var problemCode: String?
    private var failure: (any Error)?
    private var bytesReceived = 0
    private var bytesSent = 0

    /// A request whose target has just been read.
    init(core: ServerCore, connection: Connection, target: [UInt8], targetAddress: UInt) {
        self.core = core
        self.connection = connection
        self.target = target
        self.targetAddress = targetAddress
        watch = connection.watch
        suspension = Suspension(connection, watch)
        peer = watch?.peer { connection.peer } ?? connection.peer
        started = core.events.now()
        watch?.begin(.head)
    }

    // MARK: - The callbacks; false cuts the connection

    /// Whether the head has not been looked at yet.
    var awaitsHead: Bool { if case .head = phase { true } else { false } }

    /// The head is complete: the gate, then the application, decide.
    func headEnded(method: UnsafePointer<CChar>, version: UnsafePointer<CChar>) -> Bool {
        // The server has stopped: nothing was done for this request, so the client may send it again elsewhere.
        guard !suspension.isEnded else { return false }
        let raw = unsafe connection.rawRequest(
            method: method, target: target, targetAddress: targetAddress, version: version)
        self.method = Exchange.printable(raw.method, limit: 32)
        isHTTP1_0 = raw.version == Array("HTTP/1.0".utf8)
        let head: RequestHead
        do {
            head = try core.gate.examine(raw, peer: peer)
        } catch {
            return answer(error.response(), closes: true)
        }
        switch core.handler.accept(head) {
        case .respond(let response):
            return refuseBody(of: head, with: response)
        case .receive(let receiver):
            if let length = head.contentLength, length > receiver.maximumBodyBytes {
                return refuseBody(of: head, with: Exchange.tooLarge(receiver.maximumBodyBytes).response())
            }
            self.receiver = receiver
            phase = .receiving
            watch?.begin(.body)
            return true
        }
    }

    /// The next bytes of the body.
    func bodyContinued(_ chunk: [UInt8]) -> Bool {
        bytesReceived += chunk.count
        watch?.moved(bytes: chunk.count)
        switch phase {
        case .receiving: return receive(chunk)
        case .discarding(let response, let leftBytes):
            phase = .discarding(response, leftBytes: leftBytes - chunk.count)
            return chunk.count <= leftBytes
        case .head, .working, .answered: return false
        }
    }

    /// The body is complete, or the connection goes on after it was suspended for the work.
    func bodyEnded() -> Bool {
        switch phase {
        case .receiving:
            guard let receiver else { return false }
            self.receiver = nil
            phase = .working
            return finish(FinishWork(receiver))
        case .discarding(let response, _): return answer(response)
        case .working:
            // No outcome: the server was stopped before there was one.
            guard let outcome else { return false }
            return answer(response(to: outcome))
        case .answered: return true
        case .head: return false
        }
    }

    /// The library has told of the end.
    func releasedByConnection() { watch?.ended(self) }

    /// The response was sent, or never will be.
    func ended(_ reason: RequestRecord.Ending) {
        let ending = ending(reason)
        receiver = nil
        watch?.begin(.requestLine)
        core.open.remove(self)
        let path = target.prefix { $0 != UInt8(ascii: "?") }
        let elapsed = (core.events.now() - started) / .milliseconds(1)
        core.events.requestEnded(
            RequestRecord(
                method: method, path: Exchange.printable(Array(path), limit: 512), status: status ?? connection.status,
                bytesReceived: bytesReceived, bytesSent: bytesSent, durationMilliseconds: elapsed, peer: peer,
                problemCode: problemCode, ending: ending, failure: failure))
    }

    // MARK: - Used by the streamed body

    /// Suspends the connection and lets a worker run `work`, whose result is a step to take before the connection goes
    /// on. False when the server is stopping: the connection is to be cut.
    func suspend(for work: @escaping @Sendable () -> () -> Void) -> Bool {
        guard suspension.suspend() else { return false }
        let isTaken = core.workers.submit { [suspension] in
            let handOver = work()
            suspension.resume(handOver)
        }
        if !isTaken { suspension.resume {} }
        return isTaken
    }

    /// Suspends the connection, lets a worker make the answer, and goes on when the answer may be sent; see ``suspend(for:)``.
    private func finish(_ work: FinishWork) -> Bool {
        guard suspension.suspend() else { return false }
        let isTaken = core.workers.submit { [self, suspension] in
            work.run { outcome in
                suspension.resume { self.outcome = outcome }
            }
        }
        if !isTaken { suspension.resume {} }
        return isTaken
    }

    /// Counts bytes that the connection took.
    func sent(bytes count: Int) {
        bytesSent += count
        watch?.moved(bytes: count)
    }

    /// Notes what was thrown for the access log.
    func failed(_ error: any Error) {
        if let problem = error as? ProblemDetails { problemCode = problem.code } else { failure = error }
    }

    /// Lets a client of HTTP/1.0 see that its body is not complete; for others the end mark is missing.
    func streamFailed() {
        if isHTTP1_0 { connection.reset() }
    }

    // MARK: - Steps

    /// Answers without the body: at once, or after it was thrown away; see ``Acceptance/respond(_:)``.
    private func refuseBody(of head: RequestHead, with response: Response) -> Bool {
        let limit = core.configuration.discardLimitBytes
        let isLarge = (head.contentLength ?? 0) > limit
        if head.body != .none, head.expectsContinue || isLarge { return answer(response, closes: true) }
        // Without a body too: libmicrohttpd closes the connection after an answer that it is given at the head.
        phase = .discarding(response, leftBytes: limit)
        watch?.begin(.unwantedBody)
        return true
    }

    private func receive(_ chunk: [UInt8]) -> Bool {
        let limit = receiver?.maximumBodyBytes ?? 0
        do {
            #if CANARIES
                if Canary.bodyLimitOff.isOn { try receiver?.receive(chunk); return true }
            #endif
            guard bytesReceived <= limit else { throw Exchange.tooLarge(limit) }
            try receiver?.receive(chunk)
        } catch {
            receiver = nil
            phase = .discarding(response(to: .failure(error)), leftBytes: core.configuration.discardLimitBytes)
            watch?.begin(.unwantedBody)
        }
        return true
    }

    private func ending(_ reason: RequestRecord.Ending) -> RequestRecord.Ending {
        if reason == .completed { return reason }
        if suspension.isEnded { return .stopped }
        return watch?.isCut == true ? .timedOut : reason
    }

    private func response(to outcome: Result<Response, any Error>) -> Response {
        switch outcome {
        case .success(let response): return response
        case .failure(let problem as ProblemDetails): return problem.response()
        case .failure(let error):
            failed(error)
            return Exchange.internalError.response()
        }
    }

    private func answer(_ response: Response, closes: Bool = false) -> Bool {
        phase = .answered
        if queue(response, closes: closes) { return true }
        // A header that cannot be written, say one with a line break: say so with one that can.
        return queue(Exchange.internalError.response(), closes: true)
    }

    private func queue(_ response: Response, closes: Bool) -> Bool {
        var fields = response.headers.fields
        for field in core.configuration.defaultHeaders.fields where response.headers[field.name] == nil {
            fields.append(field)
        }
        if closes || core.isStopping { fields.append(.init(name: "Connection", value: "close")) }
        var made: MicroHTTPDResponse?
        let count: Int
        switch response.body {
        case .bytes(let bytes):
            made = MicroHTTPDResponse(bytes: bytes)
            watch?.begin(.response(bytes: bytes.count))
            count = method == RequestMethod.head.rawValue ? 0 : bytes.count
        case .stream(let stream):
            watch?.begin(.stream)
            made = unending(StreamedBody(stream, exchange: self))
            count = 0
        case .sizedStream(let stream, let byteCount):
            watch?.begin(.stream)
            made = MicroHTTPDResponse(
                source: StreamedBody(stream, exchange: self), blockBytes: core.configuration.connectionMemoryBytes,
                byteCount: byteCount)
            count = 0
        case .feed(let feed):
            watch?.begin(.feed)
            made = unending(FedBody(feed, exchange: self))
            count = 0
        }
        guard let made, fields.allSatisfy({ made.add($0) }), connection.queue(made, status: response.status)
        else { return false }
        status = response.status
        problemCode = response.problemCode
        bytesSent = count
        return true
    }

    private func unending(_ source: any BodySource) -> MicroHTTPDResponse? {
        let made = MicroHTTPDResponse(source: source, blockBytes: core.configuration.connectionMemoryBytes)
        // libmicrohttpd sends the end mark of a chunked body for HEAD too: without chunks there is none.
        if method == RequestMethod.head.rawValue { made?.endWithConnection() }
        return made
    }

    private static func tooLarge(_ limit: Int) -> ProblemDetails {
        ProblemDetails(
            status: 413, code: "content-too-large", title: "The body is too large",
            detail: "at most \(limit) bytes are taken here")
    }

    private static let internalError = ProblemDetails(
        status: 500, code: "internal-error", title: "The server made a mistake")

    private static func printable(_ bytes: [UInt8], limit: Int) -> String {
        let shown = bytes.prefix(limit).map { $0 > 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: "?") }
        return String(decoding: shown, as: UTF8.self)
    }
}

/// A receiver on its way to a worker thread, and the answer on its way back: whoever holds this holds them alone; the workers' queue hands
/// over the one, and the release of the answer the other.
private final class FinishWork: @unchecked Sendable {
    private var receiver: any RequestBodyReceiver
    private var outcome: Result<Response, any Error>?

    init(_ receiver: any RequestBodyReceiver) {
        self.receiver = receiver
    }

    /// Makes the answer, and gives it on when it may be sent.
    func run(then goOn: @escaping @Sendable (Result<Response, any Error>) -> Void) {
        let outcome = Result { try receiver.finish() }
        guard case .success(let response) = outcome, let hold = response.hold else { return goOn(outcome) }
        self.outcome = outcome
        hold { [self] in
            guard let outcome = self.outcome else { return }
            self.outcome = nil
            goOn(outcome)
        }
    }
}
