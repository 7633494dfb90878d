import Hashing
import LetterMerge
import LetterModel
import ReplicaStore

extension ConformanceCheck {
    static let blobs: [ConformanceCheck] = []
    static let letters: [ConformanceCheck] = []
    static let search: [ConformanceCheck] = []
    static let care: [ConformanceCheck] = []
}
