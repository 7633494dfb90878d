package import LetterModel

/// A blob that is to travel.
package struct BlobWork: Hashable, Sendable {
    /// The blob.
    package let blob: BlobID
    /// The most bytes to take of it.
    package let limitBytes: Int
    /// How many bytes it has, as far as is known: for progress only.
    package let byteCount: Int

    package init(blob: BlobID, limitBytes: Int, byteCount: Int = 0) {
        self.blob = blob
        self.limitBytes = limitBytes
        self.byteCount = byteCount
    }
}
