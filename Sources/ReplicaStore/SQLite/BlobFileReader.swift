import Glibc
import Hashing
import LetterModel

/// The pieces of a part of a blob's file. The file stays open: what is read is what was hashed, also if another one takes its name.
final class BlobFileReader: BlobPieces {
    private static let pieceBytes = 64 * 1024

    let byteCount: Int
    private let id: BlobID
    private let descriptor: Int32
    /// The SHA-256 of the part, taken while the whole was hashed.
    private var expected = Digest.zero
    private var hash: SHA256? = SHA256()
    private var leftBytes: Int

    /// The pieces of a part of a file, which is read once and hashed as a whole before this returns; nil if it is not here.
    init?(_ id: BlobID, path: String, range: Range<Int>) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw StoreError.system("open", errno)
        }
        self.id = id
        self.descriptor = descriptor
        let size: Int
        do throws(StoreError) {
            size = try Self.size(of: descriptor, id)
        } catch {
            // Nothing has a `deinit` before all of it is there.
            close(descriptor)
            throw error
        }
        let part = range.clamped(to: 0..<size)
        byteCount = part.count
        leftBytes = part.count
        expected = try digestOfPart(part, size: size)
        guard lseek(descriptor, part.lowerBound, SEEK_SET) == part.lowerBound else {
            throw StoreError.system("lseek", errno)
        }
    }

    deinit { close(descriptor) }

    private static func size(of descriptor: Int32, _ id: BlobID) throws(StoreError) -> Int {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw StoreError.system("fstat", errno) }
        guard information.st_size <= Limits.blobBytes else { throw .damaged(object: id.hex) }
        return Int(information.st_size)
    }

    /// Hashes the whole, which has to fit the name, and the part.
    private func digestOfPart(_ part: Range<Int>, size: Int) throws(StoreError) -> Digest {
        var whole = SHA256()
        var ofPart = SHA256()
        var offset = 0
        while offset < size {
            // Pieces end where the part begins and ends.
            let end = [part.lowerBound, part.upperBound].filter { $0 > offset }.min() ?? size
            let piece = try read(min(end - offset, BlobFileReader.pieceBytes))
            whole.update(piece)
            if part.contains(offset) { ofPart.update(piece) }
            offset += piece.count
        }
        guard whole.finish() == id.digest else { throw .damaged(object: id.hex) }
        return ofPart.finish()
    }

    func next() throws(StoreError) -> [UInt8]? {
        guard leftBytes > 0 else { return nil }
        let piece = try read(min(leftBytes, BlobFileReader.pieceBytes))
        hash?.update(piece)
        leftBytes -= piece.count
        if leftBytes == 0, hash.take()?.finish() != expected { throw .damaged(object: id.hex) }
        return piece
    }

    private func read(_ count: Int) throws(StoreError) -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < piece.count {
            let count = piece.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { Glibc.read(descriptor, $0 + done, buffer.count - done) } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw StoreError.system("read", errno) }
            // Shorter than it was: somebody cut it.
            guard count > 0 else { throw .damaged(object: id.hex) }
            done += count
        }
        return piece
    }
}
