public import Compression
import Hashing
import LetterModel

/// A letter's content as it is stored, and as it may travel: a frame of Zstandard, for which a dictionary may be needed.
public struct StoredContent: Hashable, Sendable {
    /// The frame. It says how many bytes it holds.
    public let frame: [UInt8]
    /// What it was compressed with; nil for nothing.
    public let dictionary: CompressionDictionary?

    /// What the frame of incompressible bytes may have more than they are, and one that comes from elsewhere too.
    static let excessBytes = 64

    /// A content as it came. Nothing of it is checked.
    public init(frame: [UInt8], dictionary: CompressionDictionary?) {
        self.frame = frame
        self.dictionary = dictionary
    }

    /// Compresses the bytes of a content, without the dictionary if that is of no use.
    init(_ content: [UInt8], with dictionary: CompressionDictionary?, level: Zstandard.Level = .page) {
        if let dictionary, let frame = dictionary.compress(content, level: level) {
            self.init(frame: frame, dictionary: dictionary)
        } else {
            self.init(frame: Zstandard.compress(content, level: .letter), dictionary: nil)
        }
    }

    /// How many bytes it says that it holds; at most what a content may have.
    public var byteCount: Int { min(Zstandard.contentCount(of: frame) ?? frame.count, Limits.contentBytes) }

    /// What a row keeps beside a content that was seen to have this hash: 64 bits of a SHA-256 over the hash, the frame and its dictionary.
    /// By it the content is known to be that one still, and nothing has to be decompressed.
    ///
    /// - Parameter frameDigest: The SHA-256 of the frame, where that is at hand.
    func fixity(of hash: Digest, frameDigest: Digest? = nil) -> Int {
        Self.fixity(
            of: hash, frameDigest: frameDigest ?? SHA256.digest(of: frame), dictionary: dictionary?.digest)
    }

    /// The same by the SHA-256 of the frame and that of its dictionary; nil for none.
    static func fixity(of hash: Digest, frameDigest: Digest, dictionary: Digest?) -> Int {
        var digest = SHA256()
        digest.update(hash)
        digest.update(frameDigest)
        digest.update(dictionary ?? .zero)
        return Int(truncatingIfNeeded: digest.finish().firstWord)
    }

    /// Whether what a row keeps beside it is what follows from it and its hash, or nothing, as in rows that are older than that.
    func fits(_ fixity: Int?, _ hash: Digest) -> Bool { fixity == nil || fixity == self.fixity(of: hash) }

    /// Whether it is what the hash names: its fixity says so, or it is decompressed and hashed.
    func isProven(by fixity: Int?, _ hash: Digest) -> Bool { fixity == self.fixity(of: hash) || self.hash == hash }

    /// What its bytes hash to; nil if they cannot be read.
    var hash: Digest? {
        do {
            return try withBytes { SHA256.digest(of: $0) }
        } catch {
            // Bytes that are no frame any more are damaged.
            return nil
        }
    }

    /// Gives a closure the bytes of the content, not hashed, for as long as it runs.
    func withBytes<Value>(_ read: (Span<UInt8>) -> Value) throws(Zstandard.Failure) -> Value {
        if let dictionary { return try dictionary.withContent(of: frame, limitBytes: Limits.contentBytes, read) }
        let bytes = try bytes()
        return read(bytes.span)
    }

    /// The bytes of the content, not hashed.
    public func bytes() throws(Zstandard.Failure) -> [UInt8] {
        guard let dictionary else { return try Zstandard.decompress(frame, limitBytes: Limits.contentBytes) }
        return try dictionary.decompress(frame, limitBytes: Limits.contentBytes)
    }
}
