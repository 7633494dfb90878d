/// Feeds a connection from a ``ResponseBodyStream``: holds one chunk, and suspends the connection while a worker
/// thread makes the next.
///
/// Two threads use it in turns, never at once: the socket's thread while the connection runs, the worker while it is
/// suspended. The suspension's lock orders them, hence `@unchecked Sendable`.
final class StreamedBody: @unchecked Sendable {
    /// What libmicrohttpd reads as the clean end, `MHD_CONTENT_READER_END_OF_STREAM`, and as a failure after which
    /// it closes without an end mark, `MHD_CONTENT_READER_END_WITH_ERROR`. Swift does not see these macros.
    static let endMark = -1
    static let failedMark = -2

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

    /// Copies what there is into the buffer and returns how much; 0 when the connection was suspended for more, or
    /// one of the marks.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, chunk.count - sentOfChunk)
        if count > 0 {
            unsafe buffer.copyBytes(from: chunk[sentOfChunk..<sentOfChunk + count])
            sentOfChunk += count
            exchange.sent(bytes: count)
            return count
        }
        switch state {
        case .ended: return StreamedBody.endMark
        case .failed: return fail()
        case .ready: return pull() ? 0 : fail()
        }
    }

    private func fail() -> Int {
        exchange.streamFailed()
        return StreamedBody.failedMark
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
