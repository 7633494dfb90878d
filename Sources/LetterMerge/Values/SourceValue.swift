import LetterModel

/// What two importers wrote of the same place in the same file (equal `sha256` and `index`) never conflicts: the greatest
/// `importerVersion` holds, then the least canonical bytes. Different sources conflict like scalars.
enum SourceValue {
    /// For each source the value that holds; removals and values that are no objects stand for themselves.
    static func folded(_ values: [JSONValue?]) -> [JSONValue?] {
        var result: [JSONValue?] = []
        for value in values {
            if let index = result.firstIndex(where: { isSameSource($0, value) }) {
                if isNewer(value, than: result[index]) { result[index] = value }
            } else if !result.contains(value) {
                result.append(value)
            }
        }
        return result
    }

    private static func isSameSource(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
        guard let left = left?.members, let right = right?.members, left["sha256"] != nil else { return false }
        return left["sha256"] == right["sha256"] && left["index"] == right["index"]
    }

    private static func isNewer(_ left: JSONValue?, than right: JSONValue?) -> Bool {
        guard let left, let right else { return false }
        let a = left.members?["importerVersion"]?.integer ?? Int.min
        let b = right.members?["importerVersion"]?.integer ?? Int.min
        return a != b ? a > b : left.canonicalBytes.lexicographicallyPrecedes(right.canonicalBytes)
    }
}

extension CellHistory {
    /// The newest importer's value of one source; several sources are a conflict.
    func judgeSource(_ live: [Int]) -> Judgement {
        let folded = SourceValue.folded(live.map { writes[$0].value })
        return folded.count == 1 ? Judgement(value: folded[0]) : .conflict
    }
}
