import LetterMerge
public import LetterModel
import Parallelism
public import ReplicaStore
import SyncProtocol

/// An attachment of a letter, and whether its bytes are on this machine.
public struct AttachmentEntry: Hashable, Sendable {
    /// The letter.
    public let letter: LetterID
    /// The name of the bytes.
    public let blob: BlobID
    /// What the letter says of it: name, media type, size, role. Of one that only an earlier version has, nothing but its size.
    public let attachment: Attachment
    /// Whether the letter that people see has it; false if only an earlier version does, or the letter is deleted.
    public let isCurrent: Bool
    /// Whether all of its bytes are on this machine.
    public let isHere: Bool
    /// How many of its bytes are on this machine.
    public let bytesHere: Int
}

extension Archive {
    /// The bytes of an attachment, all in memory; nil if they are not on this machine. For large ones there are
    /// ``exportAttachment(_:to:progress:)`` and ``readAttachment(_:piece:)``.
    public func attachment(_ blob: BlobID) throws -> [UInt8]? { try store.blob(blob) }

    /// Keeps the bytes of an attachment; name them in a letter's `attachments` with the id that comes back.
    public func storeAttachment(_ bytes: [UInt8]) throws -> BlobID { try store.storeBlob(bytes) }

    /// Keeps the bytes of a file as an attachment, however large it is: they are read once, and never all in memory.
    ///
    /// ```swift
    /// let scan = try await archive.storeAttachment(at: "scan.tiff") { done, total in bar.update(done, total) }
    /// var draft = try await archive.draft(of: id)
    /// draft.letter.attachments.append(scan)
    /// try await archive.save(draft)
    /// ```
    /// - Parameters:
    ///   - path: A file, or a pipe.
    ///   - progress: Told how many bytes are kept, of how many in all, on a thread of its own.
    /// - Returns: An attachment with `blob` and `size`, for a letter. The bytes are on disk.
    /// - Throws: `AttachmentFileError`, `StoreError`, `CancellationError`. Nothing is kept then.
    public nonisolated func storeAttachment(
        at path: String, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws -> Attachment {
        try await unlessCancelled { [store] cancellation in
            let writer = try store.blobWriter()
            var done = 0
            try AttachmentFile.read(path) { bytes, total in
                guard !cancellation.isCancelled else { throw CancellationError() }
                done += bytes.count
                guard done <= Limits.blobBytes else {
                    throw AttachmentFileError.tooLarge(path: path, limitBytes: Limits.blobBytes)
                }
                try writer.write(bytes)
                progress(done, max(done, total))
            }
            var attachment = Attachment()
            attachment.blob = try writer.finish()
            attachment.size = done
            return attachment
        }
    }

    /// Copies the bytes of an attachment from another replica, however large it is.
    ///
    /// - Parameters:
    ///   - blob: The attachment.
    ///   - other: The replica that may have it.
    /// - Returns: False if they are not there.
    /// - Throws: `StoreError.damaged` if they no longer have the hash there.
    public nonisolated func copyAttachment(_ blob: BlobID, from other: Archive) async throws -> Bool {
        try await unlessCancelled { [store, source = other.store] _ in
            guard try !store.hasBlob(blob) else { return true }
            guard let pieces = try source.blobPieces(blob) else { return false }
            return try store.storeBlob(pieces) == blob
        }
    }

    /// Writes the bytes of an attachment into a file that is not there yet. It appears whole or not at all.
    ///
    /// - Parameters:
    ///   - blob: The attachment.
    ///   - path: The file.
    ///   - progress: Told how many bytes are written, of how many in all, on a thread of its own.
    /// - Throws: `AttachmentFileError`; `StoreError.damaged` if the bytes here no longer have the hash; `CancellationError`.
    public nonisolated func exportAttachment(
        _ blob: BlobID, to path: String, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws {
        try await unlessCancelled { [store] cancellation in
            guard let pieces = try store.blobPieces(blob) else { throw AttachmentFileError.notHere(blob) }
            var done = 0
            try AttachmentFile.write(path) {
                guard !cancellation.isCancelled else { throw CancellationError() }
                let piece = try pieces.next()
                done += piece?.count ?? 0
                progress(done, pieces.byteCount)
                return piece
            }
        }
    }

    /// Gives the bytes of an attachment piece by piece, however large it is: they are never all in memory.
    ///
    /// - Parameters:
    ///   - blob: The attachment.
    ///   - piece: Is given each piece, in order, on a thread of its own. What it throws ends the reading, and is thrown on.
    /// - Throws: `AttachmentFileError.notHere`; `StoreError.damaged` if the bytes no longer have the hash, before the first piece;
    ///   `CancellationError`.
    public nonisolated func readAttachment(
        _ blob: BlobID, piece: @escaping @Sendable (_ bytes: [UInt8]) throws -> Void
    ) async throws {
        try await unlessCancelled { [store] cancellation in
            guard let pieces = try store.blobPieces(blob) else { throw AttachmentFileError.notHere(blob) }
            while let bytes = try pieces.next() {
                guard !cancellation.isCancelled else { throw CancellationError() }
                try piece(bytes)
            }
        }
    }

    /// The blobs that letters refer to and whose bytes are not on this machine, at most `limit`.
    public func missingAttachments(limit: Int = 1000) throws -> [BlobReference] { try store.missingBlobs(limit: limit) }

    /// The attachments of letters, in the order in which they came to this replica.
    ///
    /// - Parameter letters: Which letters; nil for all, with the attachments that only earlier versions have.
    /// - Throws: `ArchiveError.unknownLetter`.
    public func attachments(of letters: [LetterID]? = nil) throws -> [AttachmentEntry] {
        if let letters {
            return try letters.flatMap { id in try entries(of: try view(of: id).letter, id, isCurrent: true) }
        }
        let references = try store.allBlobReferences()
        var order: [LetterID] = []
        let byLetter = Dictionary(grouping: references) { $0.letter }
        var seen: Set<LetterID> = []
        for reference in references where seen.insert(reference.letter).inserted { order.append(reference.letter) }
        var result: [AttachmentEntry] = []
        for start in stride(from: 0, to: order.count, by: Archive.lettersAtOnce) {
            let ids = Array(order[start..<min(start + Archive.lettersAtOnce, order.count)])
            for (id, view) in zip(ids, try store.views(of: ids)) {
                let isDeleted = view?.isDeleted ?? true
                let current = isDeleted ? [] : try entries(of: view?.letter ?? Letter(), id, isCurrent: true)
                result += current
                let shown = Set(current.map(\.blob))
                for reference in byLetter[id] ?? [] where !shown.contains(reference.blob) {
                    var attachment = Attachment()
                    attachment.blob = reference.blob
                    attachment.size = reference.byteCount
                    result.append(try entry(attachment, reference.blob, id, isCurrent: false))
                }
            }
        }
        return result
    }

    private static let lettersAtOnce = 500

    private func entries(of letter: Letter, _ id: LetterID, isCurrent: Bool) throws -> [AttachmentEntry] {
        try letter.attachments.compactMap { attachment in
            try attachment.blob.map { try entry(attachment, $0, id, isCurrent: isCurrent) }
        }
    }

    private func entry(
        _ attachment: Attachment, _ blob: BlobID, _ letter: LetterID, isCurrent: Bool
    ) throws -> AttachmentEntry {
        let whole = try store.blobByteCount(blob)
        return AttachmentEntry(
            letter: letter, blob: blob, attachment: attachment, isCurrent: isCurrent, isHere: whole != nil,
            bytesHere: try whole ?? store.partialBlobByteCount(blob))
    }

    /// Fetches the bytes of attachments from a remote, whatever the archive's settings say. What a broken connection has brought is kept, and
    /// the next fetch, or sync, goes on behind it.
    ///
    /// - Parameters:
    ///   - blobs: Which; those that are here are passed over.
    ///   - remote: The remote's name here.
    ///   - token: What its server lets us in with.
    ///   - progress: Told how far it has come, on a thread of its own.
    /// - Returns: What was done: `blobsReceived`, `blobsMissing` for what the remote does not have, and `failure`.
    /// - Throws: `StoreError.unknownRemote`, `RemoteAddressError`.
    public nonisolated func fetchAttachments(
        _ blobs: [BlobID], from remote: String, token: String?,
        progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
    ) async throws -> SyncReport {
        try await withEngine(for: remote, token: token, options: nil, progress: progress) { $0.fetch(blobs) }
    }

    /// Runs blocking work that looks at a cancellation, which the task's own one sets.
    nonisolated func unlessCancelled<Value: Sendable>(
        _ body: @escaping @Sendable (Cancellation) throws -> Value
    ) async throws -> Value {
        let cancellation = Cancellation()
        let result: Result<Value, any Error> = await withTaskCancellationHandler {
            await WorkPlace.ownThread.run { Result { try body(cancellation) } }
        } onCancel: {
            cancellation.cancel()
        }
        return try result.get()
    }
}
