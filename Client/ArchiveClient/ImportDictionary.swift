import Compression
import ReplicaStore
import Synchronization

/// What the letters of an import are compressed with: the newest dictionary of the archive, or one that is made of the first letters once
/// enough have come. A small one helps already few letters, a large one pays in an archive of many.
final class ImportDictionary: Sendable {
    private let state = Mutex(State.gathering([], nil, isTried: false))

    /// How much of one letter is looked at: a few long ones say nothing of the many others.
    private static let bytesOfOne = 8 * 1024
    /// The largest of the small ones, in bytes, and what is looked at to make one. With 16 KiB of 128, real letters take two thirds of what
    /// they take without, both copies counted.
    private static let smallBytes = 16 * 1024
    private static let smallSampleBytes = 128 * 1024

    private enum State {
        /// These letters are too few to make a large one. The small one that was made of the first of them, if that was tried.
        case gathering([[UInt8]], CompressionDictionary?, isTried: Bool)
        /// This one; nil where letters have too little in common.
        case found(CompressionDictionary?)
    }

    /// What these contents, and those that follow, are to be compressed with; nil for nothing.
    func dictionary(for contents: [[UInt8]], in store: any ReplicaStore) throws(StoreError) -> CompressionDictionary? {
        let known = state.withLock { state -> CompressionDictionary?? in
            if case .found(let dictionary) = state { dictionary } else { nil }
        }
        if let known { return known }
        let present = try store.dictionary()
        if let present, present.bytes.count > Self.smallBytes {
            state.withLock { $0 = .found(present) }
            return present
        }
        return state.withLock { state in
            guard case .gathering(var samples, let made, let isTried) = state else {
                if case .found(let dictionary) = state { return dictionary }
                return nil
            }
            var byteCount = samples.reduce(0) { $0 + $1.count }
            for content in contents where byteCount < CompressionDictionary.sampleBytes {
                samples.append(Array(content.prefix(Self.bytesOfOne)))
                byteCount += samples.last?.count ?? 0
            }
            var small = present ?? made
            if byteCount >= CompressionDictionary.sampleBytes {
                let trained = CompressionDictionary.trained(on: samples) ?? small
                state = .found(trained)
                return trained
            }
            let isTrying = small == nil && !isTried && byteCount >= Self.smallSampleBytes
            if isTrying { small = CompressionDictionary.trained(on: samples, largestBytes: Self.smallBytes) }
            state = .gathering(samples, small, isTried: isTried || isTrying)
            return small
        }
    }
}
