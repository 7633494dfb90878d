import Canaries

/// One of the two texts that are merged against their base.
struct TextSide {
    /// The text, which may hold hunks of an earlier merge.
    let text: MergedText
    /// The live writes that were joined into it, the least name first.
    let writes: [Int]
    /// Earlier texts that this side has seen and the other one has not: where one of these differs from the base, the side
    /// has changed it, even if it was set back.
    let earlier: [MergedText]
}

/// Merges two texts against what both have seen: by paragraph, and by word where a hunk is exactly one paragraph everywhere.
struct ThreeWayMerge {
    private enum Level {
        case paragraphs, words
    }

    private let level: Level
    private let base: TokenList
    private let left: TokenList
    private let right: TokenList
    private let earlierLeft: [TokenList]
    private let earlierRight: [TokenList]
    private let leftWrites: [Int]
    private let rightWrites: [Int]
    /// There were too many earlier texts to look at: what one side changed counts as changed by both.
    private let isHistoryTooLong: Bool
    /// Whether the left write's name comes first.
    private let precedes: (Int, Int) -> Bool

    /// The merged text. `precedes` orders writes by name.
    static func merge(
        base: MergedText, _ left: TextSide, _ right: TextSide, isHistoryTooLong: Bool,
        precedes: (Int, Int) -> Bool
    ) -> MergedText {
        withoutActuallyEscaping(precedes) { precedes in
            ThreeWayMerge(
                level: .paragraphs, base: base, left, right, isHistoryTooLong: isHistoryTooLong, precedes: precedes
            ).merged()
        }
    }

    private init(
        level: Level, base: MergedText, _ left: TextSide, _ right: TextSide, isHistoryTooLong: Bool,
        precedes: @escaping (Int, Int) -> Bool
    ) {
        func cut(_ text: MergedText) -> TokenList {
            level == .paragraphs ? TokenList(paragraphsOf: text) : TokenList(wordsOf: text)
        }
        self.level = level
        self.base = cut(base)
        self.left = cut(left.text)
        self.right = cut(right.text)
        earlierLeft = left.earlier.map(cut)
        earlierRight = right.earlier.map(cut)
        leftWrites = left.writes
        rightWrites = right.writes
        self.isHistoryTooLong = isHistoryTooLong
        self.precedes = precedes
    }

    private func merged() -> MergedText {
        var result = MergedText()
        var last = 0
        for region in TextRegion.regions(of: base, sides: [left, right] + earlierLeft + earlierRight) {
            result.append(base.pieces(last..<region.base.lowerBound))
            result.append(merged(region))
            last = region.base.upperBound
        }
        result.append(base.pieces(last..<base.count))
        return result
    }

    private func merged(_ region: TextRegion) -> MergedText {
        let before = base.pieces(region.base)
        let ours = left.pieces(region.sides[0])
        let theirs = right.pieces(region.sides[1])
        let firstRight = 2 + earlierLeft.count
        let isLeftChanged = isHistoryTooLong || region.isTouched[0] || region.isTouched[2..<firstRight].contains(true)
        let isRightChanged = isHistoryTooLong || region.isTouched[1] || region.isTouched[firstRight...].contains(true)
        if ours == theirs || !isRightChanged { return ours }
        if !isLeftChanged { return theirs }
        if level == .paragraphs, isOneParagraph(region) {
            return ThreeWayMerge(
                level: .words, base: before,
                TextSide(
                    text: ours, writes: leftWrites,
                    earlier: zip(earlierLeft, region.sides[2..<firstRight]).map { $0.pieces($1) }),
                TextSide(
                    text: theirs, writes: rightWrites,
                    earlier: zip(earlierRight, region.sides[firstRight...]).map { $0.pieces($1) }),
                isHistoryTooLong: isHistoryTooLong, precedes: precedes
            ).merged()
        }
        #if CANARIES
            if Canary.textTakesOneSide.isOn { return ours }
        #endif
        return hunk(before, ours, theirs)
    }

    private func isOneParagraph(_ region: TextRegion) -> Bool {
        [(base, region.base), (left, region.sides[0]), (right, region.sides[1])].allSatisfy { list, range in
            range.count == 1 && !list.isHunk(range.lowerBound)
        }
    }

    /// Both changed the stretch, and differently: every write keeps its own run of it.
    private func hunk(_ before: MergedText, _ ours: MergedText, _ theirs: MergedText) -> MergedText {
        let runs =
            (leftWrites.map { (write: $0, bytes: ours.rendered(for: $0)) }
            + rightWrites.map { (write: $0, bytes: theirs.rendered(for: $0)) })
            .sorted { precedes($0.write, $1.write) }
        var result = MergedText()
        if runs.allSatisfy({ $0.bytes == runs[0].bytes }) {
            result.append(runs[0].bytes)
        } else {
            let base = before.rendered { $0.runs[0].bytes }
            result.append(.hunk(TextHunk(base: base, runs: runs)))
        }
        return result
    }
}

/// A stretch of the base in which sides changed something, with what stands there on each side. Changes that overlap, or of
/// which one is an insertion at an edge of the other, share a region.
struct TextRegion {
    /// The stretch of the base.
    let base: Range<Int>
    /// The stretch of each side.
    private(set) var sides: [Range<Int>] = []
    /// Whether each side changed something in it.
    private(set) var isTouched: [Bool] = []

    /// All regions from the front; outside of them all sides equal the base.
    static func regions(of base: TokenList, sides: [TokenList]) -> [TextRegion] {
        let changes = sides.map { Alignment.changes(from: base, to: $0) }
        var regions = stretches(changes).map { TextRegion(base: $0) }
        for own in changes {
            var next = 0
            var offset = 0
            for index in regions.indices {
                let stretch = regions[index].base
                let start = stretch.lowerBound + offset
                var isTouched = false
                while next < own.count, own[next].base.upperBound <= stretch.upperBound {
                    offset += own[next].other.count - own[next].base.count
                    isTouched = true
                    next += 1
                }
                regions[index].sides.append(start..<(stretch.upperBound + offset))
                regions[index].isTouched.append(isTouched)
            }
        }
        return regions
    }

    private static func stretches(_ changes: [[TokenChange]]) -> [Range<Int>] {
        let all = changes.joined().map(\.base).sorted {
            ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
        }
        var result: [Range<Int>] = []
        for change in all {
            if let last = result.last, touches(last, change) {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, change.upperBound)
            } else {
                result.append(change)
            }
        }
        return result
    }

    /// Whether a change goes together with the stretch before it.
    private static func touches(_ stretch: Range<Int>, _ change: Range<Int>) -> Bool {
        if change.lowerBound < stretch.upperBound { return true }
        return change.lowerBound == stretch.upperBound && (change.isEmpty || stretch.isEmpty)
    }

    private init(base: Range<Int>) {
        self.base = base
    }
}
