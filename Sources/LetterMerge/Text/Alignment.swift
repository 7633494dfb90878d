/// A stretch of one token list that became a stretch of another one; either may be empty.
struct TokenChange: Equatable {
    /// The stretch of the base.
    let base: Range<Int>
    /// What became of it.
    let other: Range<Int>
}

/// The shortest way from one token list to another, by Myers' algorithm.
///
/// Common ends are trimmed first. In between, of the longest alignments it takes the one that comes out of this walk from the
/// front: equal tokens match; else a token of the base is dropped, if that still leads to a longest alignment; else one of the
/// other list is added. The rule is pinned: other programs must find the same alignment.
///
/// Only a few rows of the search are kept: every 32nd, and the 32 between two of these, which are computed again on the way
/// back. So memory is linear in the number of differences, and past `limit` differences everything between the common ends
/// is one change.
///
/// Source: https://doi.org/10.1007/BF01840446
struct Alignment {
    /// The most tokens dropped and added. A paragraph with more changes than this was rewritten.
    static let limit = 1_024

    private static let block = 32

    private let base: TokenList
    private let other: TokenList
    /// Where the tokens after the common front begin, in both lists.
    private let front: Int
    /// How many tokens lie between the common ends.
    private let baseCount: Int
    private let otherCount: Int

    private init(_ base: TokenList, _ other: TokenList) {
        self.base = base
        self.other = other
        let shorter = min(base.count, other.count)
        var front = 0
        while front < shorter, base.isEqual(front, other, front) { front += 1 }
        var back = 0
        while back < shorter - front, base.isEqual(base.count - 1 - back, other, other.count - 1 - back) { back += 1 }
        self.front = front
        baseCount = base.count - front - back
        otherCount = other.count - front - back
    }

    /// The changes from the front; between any two of them tokens match.
    static func changes(from base: TokenList, to other: TokenList) -> [TokenChange] {
        let alignment = Alignment(base, other)
        let (rows, distance) = alignment.search()
        guard let distance else { return [alignment.change(0..<alignment.baseCount, 0..<alignment.otherCount)] }
        return alignment.walk(distance, checkpoints: rows)
    }

    private func change(_ base: Range<Int>, _ other: Range<Int>) -> TokenChange {
        TokenChange(
            base: (base.lowerBound + front)..<(base.upperBound + front),
            other: (other.lowerBound + front)..<(other.upperBound + front))
    }

    private func isEqual(_ x: Int, _ y: Int) -> Bool {
        base.isEqual(front + x, other, front + y)
    }

    // MARK: The search, from the end

    /// For each diagonal (x - y) the least x from which the end can be reached with a number of differences.
    private struct Row {
        /// The number of differences.
        let distance: Int
        /// The diagonals end - distance, end - distance + 2, … end + distance; `Int32.max` where there is no such point.
        var least: [Int32]
    }

    /// The diagonal on which the end lies.
    private var end: Int { baseCount - otherCount }

    private func least(_ row: Row, diagonal: Int) -> Int {
        let index = diagonal - end + row.distance
        guard index >= 0, index >> 1 < row.least.count, index & 1 == 0 else { return Int(Int32.max) }
        return Int(row.least[index >> 1])
    }

    private func firstRow() -> Row {
        Row(distance: 0, least: [Int32(slide(baseCount, diagonal: end))])
    }

    private func row(after previous: Row) -> Row {
        let distance = previous.distance + 1
        var row = Row(distance: distance, least: [])
        row.least.reserveCapacity(distance + 1)
        for diagonal in stride(from: end - distance, through: end + distance, by: 2) {
            var x = Int(Int32.max)
            // From (x, y) a token of the base is dropped on the way to (x + 1, y), or one is added on that to (x, y + 1).
            let dropped = least(previous, diagonal: diagonal + 1)
            if dropped != Int(Int32.max), dropped >= 1 { x = dropped - 1 }
            let added = least(previous, diagonal: diagonal - 1)
            if added != Int(Int32.max), added - diagonal >= 0 { x = min(x, added) }
            row.least.append(Int32(x == Int(Int32.max) ? x : slide(x, diagonal: diagonal)))
        }
        return row
    }

    /// Goes back along equal tokens.
    private func slide(_ start: Int, diagonal: Int) -> Int {
        var x = start
        while x > 0, x - diagonal > 0, isEqual(x - 1, x - diagonal - 1) { x -= 1 }
        return x
    }

    /// Every 32nd row, and the number of differences; nil if it is past the limit.
    private func search() -> (checkpoints: [Row], distance: Int?) {
        var row = firstRow()
        var checkpoints = [row]
        while least(row, diagonal: 0) != 0 {
            guard row.distance < Alignment.limit else { return ([], nil) }
            row = self.row(after: row)
            if row.distance % Alignment.block == 0 { checkpoints.append(row) }
        }
        return (checkpoints, row.distance)
    }

    // MARK: The walk, from the front

    private func walk(_ distance: Int, checkpoints: [Row]) -> [TokenChange] {
        var changes: [TokenChange] = []
        var x = 0
        var y = 0
        var changed = (x: 0, y: 0)
        var block: [Row] = []
        for left in stride(from: distance, through: 0, by: -1) {
            // `left` differences are left on the way to the end.
            if x < baseCount, y < otherCount, isEqual(x, y) {
                if changed.x < x || changed.y < y { changes.append(change(changed.x..<x, changed.y..<y)) }
                while x < baseCount, y < otherCount, isEqual(x, y) {
                    x += 1
                    y += 1
                }
                changed = (x, y)
            }
            guard left > 0 else { break }
            let needed = left - 1
            if block.first.map({ $0.distance > needed }) ?? true {
                block = [checkpoints[needed / Alignment.block]]
                while block[block.count - 1].distance < needed { block.append(row(after: block[block.count - 1])) }
            }
            let row = block[needed - block[0].distance]
            if x < baseCount, least(row, diagonal: x + 1 - y) <= x + 1 {
                x += 1
            } else {
                y += 1
            }
        }
        if changed.x < x || changed.y < y { changes.append(change(changed.x..<x, changed.y..<y)) }
        return changes
    }
}
