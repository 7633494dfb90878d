import Canaries
import LetterModel

extension Sequence<JSONValue> {
    /// The values by their canonical bytes.
    func sortedByCanonicalBytes() -> [JSONValue] {
        map { (bytes: $0.canonicalBytes, value: $0) }
            .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
            .map(\.value)
    }
}

extension Sequence<JSONValue?> {
    /// Each value once: the removal first, then by canonical bytes.
    func distinctInOrder() -> [JSONValue?] {
        let values = Set(self)
        #if CANARIES
            if Canary.setOrderLeaks.isOn { return Array(values) }
        #endif
        let sorted: [JSONValue?] = values.compactMap { $0 }.sortedByCanonicalBytes()
        return values.contains(nil) ? [nil] + sorted : sorted
    }
}
