import LetterModel

extension CellHistory {
    /// The least by bytes: of two names for one blob either will do, as long as all replicas show the same. A removal yields.
    func judgeLeast(_ live: [Int]) -> Judgement {
        let values = live.compactMap { writes[$0].value }
        return Judgement(value: values.min { LeastValue.precedes($0, $1) })
    }
}

private enum LeastValue {
    /// Texts first, by their bytes; then other values by their canonical bytes.
    static func precedes(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left.text, right.text) {
        case (let a?, let b?): a.precedesByBytes(b)
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): left.canonicalBytes.lexicographicallyPrecedes(right.canonicalBytes)
        }
    }
}
