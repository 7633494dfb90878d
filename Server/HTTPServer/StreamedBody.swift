/// Feeds a connection from a ``ResponseBodyStream``: holds one chunk, and suspends the connection while a worker
/// thread makes the next.
///
/// Two threads use it in turns, never at once: the socket's thread while the connection runs, the worker while it is
/// suspended. The suspension's lock orders them, hence `@unchecked Sendable`.
final class StreamedBody: BodySource, @unchecked Sendable {
    private enum State {
        case ready
        case ended
        case failed
    }

    private var stream: any ResponseBodyStream
    private let exchange: Exchange
    private var state = State.ready
    private var chunk: [UInt8] = []
    private var sentOfChunk = 0

    init(_ stream: any ResponseBodyStream, exchange: Exchange) {
        self.stream = stream
        self.exchange = exchange
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, chunk.count - sentOfChunk)
        if count > 0 {
            unsafe buffer.copyBytes(from: chunk[sentOfChunk..<sentOfChunk + count])
            sentOfChunk += count
            exchange.sent(bytes: count)
            return count
        }
        switch state {
        case .ended: return BodyMark.end
        case .failed: return fail()
        case .ready: return pull() ? 0 : fail()
        }
    }

    private func fail() -> Int {
        exchange.streamFailed()
        return BodyMark.failed
    }

    /// Suspends and lets a worker make the next chunk; false when the server is stopping.
    private func pull() -> Bool {
        exchange.suspend { [self] in
            let result = Result { try nextChunk() }
            return { self.take(result) }
        }
    }

    /// The next chunk that is not empty.
    private func nextChunk() throws -> [UInt8]? {
        while let chunk = try stream.next() {
            if !chunk.isEmpty { return chunk }
        }
        return nil
    }

    private func take(_ result: Result<[UInt8]?, any Error>) {
        sentOfChunk = 0
        chunk = []
        switch result {
        case .success(let next?): chunk = next
        case .success(nil): state = .ended
        case .failure(let error):
            state = .failed
            exchange.failed(error)
        }
    }
}
