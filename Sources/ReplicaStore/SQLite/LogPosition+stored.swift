import Hashing

extension LogPosition {
    /// A position of values that were on a disk.
    ///
    /// - Throws: `StoreError.damaged` if a flipped bit has made of them what is no position: nobody is told of it.
    init(storedEpoch epoch: String, sequence: Int, chain: Digest) throws(StoreError) {
        guard epoch.utf8.count == 16, Hex.decode(epoch.utf8) != nil, (0..<LogPosition.sequenceLimit).contains(sequence)
        else { throw .damaged(object: "archive.sqlite") }
        self.init(epoch: epoch, sequence: sequence, chain: chain)
    }

    /// More than any log will ever have, and far from where numbers end: one can be added to a sequence below it.
    static let sequenceLimit = 1 << 53
}
