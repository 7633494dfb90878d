import LetterModel

/// Access never conflicts: the most restrictive of its live writes holds, so that it is loosened only by somebody who has seen
/// the restriction.
///
/// From the least restrictive one: absent; an object without a level; `public`; `restricted`; `closed`; a level that this
/// version does not know. Of equal ones that with the later `until` (absent is the latest), compared by bytes; then the least
/// canonical bytes. A value that is no object cannot be compared: that is a conflict, which shows the most restrictive object.
enum AccessValue {
    /// How restrictive a value is.
    static func rank(_ value: JSONValue?) -> Int {
        guard let value else { return 0 }
        guard let access = value.members.map(Access.init(members:)) else { return 1 }
        guard let level = access.level else { return 2 }
        let known = AccessLevel.known.firstIndex { $0.rawValue.hasSameBytes(as: level.rawValue) }
        return 3 + (known ?? AccessLevel.known.count)
    }

    /// Whether the left value is the more restrictive one of two different ones.
    static func isStricter(_ left: JSONValue?, than right: JSONValue?) -> Bool {
        let (a, b) = (rank(left), rank(right))
        if a != b { return a > b }
        guard let left, let right else { return false }
        switch (left.members?["until"]?.text, right.members?["until"]?.text) {
        case (nil, _?): return true
        case (_?, nil): return false
        case (let a?, let b?) where !a.hasSameBytes(as: b): return b.precedesByBytes(a)
        default: return left.canonicalBytes.lexicographicallyPrecedes(right.canonicalBytes)
        }
    }

    /// The most restrictive one.
    static func strictest(_ values: [JSONValue?]) -> JSONValue? {
        var result: JSONValue?
        for value in values where isStricter(value, than: result) { result = value }
        return result
    }
}

extension CellHistory {
    /// The most restrictive of live writes.
    func judgeAccess(_ live: [Int]) -> Judgement {
        let values = live.map { writes[$0].value }
        let isComparable = values.allSatisfy { $0 == nil || $0?.members != nil }
        return isComparable ? Judgement(value: AccessValue.strictest(values)) : .conflict
    }
}
