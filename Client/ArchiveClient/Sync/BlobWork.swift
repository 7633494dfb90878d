package import LetterModel

/// A blob that is to travel.
package struct BlobWork: Hashable, Sendable {
    /// The blob.
    package let blob: BlobID
    /// The most bytes to take of it.
    package let limitBytes: Int

    package init(blob: BlobID, limitBytes: Int) {
        self.blob = blob
        self.limitBytes = limitBytes
    }
}
