public import LetterModel

/// Where a blob is, below an archive's URL: `blobs/{sha256}`.
public enum BlobPath {
    /// The question which blobs are lacking.
    public static let missing = "blobs/missing"

    /// The field in which a server says how many bytes of a blob it has that comes in pieces.
    public static let offsetField = "Upload-Offset"

    /// The path of a blob.
    public static func path(of blob: BlobID) -> String { "blobs/\(blob.hex)" }

    /// The blob that a path names; nil if it names none.
    public static func blob(in path: String) -> BlobID? {
        guard path.utf8.starts(with: "blobs/".utf8) else { return nil }
        return BlobID(hex: String(path.dropFirst("blobs/".count)))
    }
}
