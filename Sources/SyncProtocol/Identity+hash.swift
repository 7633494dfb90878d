import Hashing
package import LetterModel
package import ReplicaStore

extension LogPosition {
    /// The position one revision further.
    package func extended(by id: RevisionID) -> LogPosition {
        LogPosition(epoch: epoch, sequence: sequence + 1, chain: LogPosition.chain(chain, extendedBy: id))
    }
}

extension RevisionID {
    /// The id of a header's bytes, whatever they are.
    package init(ofHeader bytes: [UInt8]) {
        self.init(SHA256.digest(of: bytes))
    }
}

extension BlobID {
    /// The id of a blob's bytes.
    package init(ofContent bytes: [UInt8]) {
        self.init(SHA256.digest(of: bytes))
    }
}
