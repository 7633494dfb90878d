import SyncProtocol

/// How large the pieces are in which blobs are sent: smaller on a connection that breaks or with a proxy that takes no more, larger again while
/// all goes well. And how many bytes of blobs have moved: what moved is never sent again, so a failure after it is none in a row.
final class BlobPace {
    private(set) var pieceBytes = ProtocolLimits.blobPieceBytes
    private(set) var movedBytes = 0

    /// Bytes are where they belong.
    func moved(_ byteCount: Int) { movedBytes += byteCount }

    /// A piece arrived.
    func arrived() { pieceBytes = min(pieceBytes * 2, ProtocolLimits.blobPieceBytes) }

    /// A piece did not arrive: the next one is smaller.
    ///
    /// - Returns: False if it was as small as pieces become.
    @discardableResult
    func failed() -> Bool {
        guard pieceBytes > ProtocolLimits.smallestBlobPieceBytes else { return false }
        pieceBytes = max(pieceBytes / 2, ProtocolLimits.smallestBlobPieceBytes)
        return true
    }
}
