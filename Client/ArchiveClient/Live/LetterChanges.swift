public import LetterModel
import ReplicaStore

/// The letters that change, as they do: whoever writes them, this process, another one, or a sync.
///
/// ```swift
/// for try await change in try await archive.changes() {
///     for id in change.letters { show(try await archive.view(of: id)) }
/// }
/// ```
/// It ends when its task is cancelled. Nothing is missed between two looks: what came meanwhile is in the next change.
public struct LetterChanges: AsyncSequence, Sendable {
    /// Letters that have new revisions.
    public struct Change: Hashable, Sendable {
        /// The letters, each once, in the order in which they changed.
        public let letters: [LetterID]
        /// Where the log stood then: go on from there with ``Archive/changes(after:)``.
        public let sequence: Int

        /// A change of its parts.
        public init(letters: [LetterID], sequence: Int) {
            self.letters = letters
            self.sequence = sequence
        }
    }

    /// Waits for the next change.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let archive: Archive
        fileprivate var sequence: Int

        /// The next change; nil once the task is cancelled.
        ///
        /// - Throws: `StoreError`.
        public mutating func next() async throws -> Change? {
            while !Task.isCancelled {
                if let change = try await archive.change(after: sequence) {
                    sequence = change.sequence
                    return change
                }
                do {
                    try await Task.sleep(for: Archive.lookInterval)
                } catch {
                    // Cancelled: that is how it ends.
                    return nil
                }
            }
            return nil
        }
    }

    fileprivate let archive: Archive
    fileprivate let sequence: Int

    /// Begins to wait.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(archive: archive, sequence: sequence) }
}

extension Archive {
    /// The letters that change from now on, or since an earlier change.
    ///
    /// - Parameter sequence: the `sequence` of the last change that was seen; nil for now.
    public func changes(after sequence: Int? = nil) throws -> LetterChanges {
        LetterChanges(archive: self, sequence: try sequence ?? store.logState().end.sequence)
    }

    /// What changed behind a place of the log, as much as is read at once; nil if nothing did.
    fileprivate func change(after sequence: Int) throws -> LetterChanges.Change? {
        let end = try store.logState().end.sequence
        guard end > sequence else { return nil }
        let page = try store.logEntries(after: sequence, through: end, maximumBytes: 1 << 20)
        guard !page.isEmpty else { return nil }
        var letters: [LetterID] = []
        var seen: Set<LetterID> = []
        for case .intact(let logged) in page where seen.insert(logged.revision.header.letter).inserted {
            letters.append(logged.revision.header.letter)
        }
        return LetterChanges.Change(letters: letters, sequence: sequence + page.count)
    }
}
