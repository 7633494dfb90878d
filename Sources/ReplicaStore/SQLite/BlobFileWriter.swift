import Glibc
import Hashing
import LetterModel

/// A blob's file while its bytes come from this machine: `blobs/new-…`, hashed while it is written.
final class BlobFileWriter: BlobWriter {
    private let folder: ReplicaFolder
    private let temporary: String
    /// Negative once the file is closed.
    private var descriptor: Int32
    private var hash: SHA256? = SHA256()
    /// Is told of the blob once it is there.
    private let stored: (BlobID) throws(StoreError) -> Void

    init(_ folder: ReplicaFolder, stored: @escaping (BlobID) throws(StoreError) -> Void) throws(StoreError) {
        self.folder = folder
        self.stored = stored
        try BlobFiles(folder).makeFolder()
        (temporary, descriptor) = try folder.temporaryFile(folder.blobsPath + "/new-")
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporary)
    }

    func write(_ bytes: [UInt8]) throws(StoreError) {
        try Self.write(bytes, to: descriptor)
        hash?.update(bytes)
    }

    func finish() throws(StoreError) -> BlobID {
        guard let digest = hash.take()?.finish() else { preconditionFailure("a blob is finished once") }
        let id = BlobID(digest)
        // Present and whole: nothing to do. Present and damaged: replaced.
        if try !BlobFiles(folder).isIntactAndTouched(id) {
            try BlobFiles.sync(descriptor)
            let open = descriptor
            descriptor = -1
            guard close(open) == 0 else {
                let error = errno
                unlink(temporary)
                throw StoreError.system("close", error)
            }
            try BlobFiles(folder).publish(temporary, as: id)
        }
        try stored(id)
        return id
    }

    /// Writes everything where the file stands.
    static func write(_ bytes: [UInt8], to descriptor: Int32) throws(StoreError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { Glibc.write(descriptor, $0 + done, buffer.count - done) } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StoreError.system("write", errno) }
            done += count
        }
    }
}
