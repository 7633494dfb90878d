import Glibc
import Hashing
import LetterModel

/// The pieces of a blob's file. The file stays open: what is read is what was hashed, also if another one takes its name.
final class BlobFileReader: BlobPieces {
    private static let pieceBytes = 64 * 1024

    let byteCount: Int
    private let id: BlobID
    private let descriptor: Int32
    private var hash: SHA256? = SHA256()
    private var leftBytes: Int

    /// The pieces of a file, which is read once and hashed before this returns; nil if it is not here.
    init?(_ id: BlobID, path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw StoreError.system("open", errno)
        }
        self.id = id
        self.descriptor = descriptor
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw StoreError.system("fstat", errno) }
        guard information.st_size <= Limits.blobBytes else { throw .damaged(object: id.hex) }
        byteCount = Int(information.st_size)
        leftBytes = byteCount
        if leftBytes == 0 { try compare() }
        while try next() != nil {}
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw StoreError.system("lseek", errno) }
        hash = SHA256()
        leftBytes = byteCount
    }

    deinit { close(descriptor) }

    func next() throws(StoreError) -> [UInt8]? {
        guard leftBytes > 0 else { return nil }
        var piece = [UInt8](repeating: 0, count: min(leftBytes, BlobFileReader.pieceBytes))
        var done = 0
        while done < piece.count {
            let count = piece.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { read(descriptor, $0 + done, buffer.count - done) } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw StoreError.system("read", errno) }
            // Shorter than it was: somebody cut it.
            guard count > 0 else { throw .damaged(object: id.hex) }
            done += count
        }
        hash?.update(piece)
        leftBytes -= piece.count
        if leftBytes == 0 { try compare() }
        return piece
    }

    private func compare() throws(StoreError) {
        guard hash.take()?.finish() == id.digest else { throw .damaged(object: id.hex) }
    }
}
