extension Conflict {
    /// What to take in one place of a text.
    public enum Taking: Hashable, Sendable {
        /// What stood there before.
        case before
        /// One of the values of the place, by its number.
        case value(Int)
        /// What somebody wrote there; a paragraph without the empty line behind it.
        case text(String)
    }

    /// The text that is shown, with something else in some of the places that are in conflict.
    ///
    /// - Parameters:
    ///   - shown: The text as the view has it that the conflict is of.
    ///   - choices: What to take, by the number of the place in ``hunks``; the others stay as they are shown.
    /// - Returns: Nil if nothing is left of it.
    public func text(_ shown: String?, taking choices: [Int: Taking]) -> String? {
        var bytes = Array((shown ?? "").utf8)
        if !bytes.isEmpty { bytes += [0x0A, 0x0A] }
        // From the end: what comes before keeps its place.
        for (index, hunk) in hunks.enumerated().reversed() {
            guard let choice = choices[index], let place = hunk.place else { continue }
            let end = min(place.upperBound + hunk.ends.shown.count, bytes.count)
            bytes.replaceSubrange(min(place.lowerBound, end)..<end, with: hunk.run(of: choice))
        }
        return MergedText.text(ended: bytes)
    }
}

extension Conflict.Hunk {
    /// What people do not see at the end of each run: the empty line behind a paragraph.
    package struct Ends: Hashable, Sendable {
        var base: [UInt8] = []
        var values: [[UInt8]] = []
        /// That of the value that is shown.
        var shown: [UInt8] = []
    }

    fileprivate func run(of choice: Conflict.Taking) -> [UInt8] {
        switch choice {
        case .before: return Array(base.utf8) + ends.base
        case .value(let index):
            guard values.indices.contains(index) else { return [] }
            return Array(values[index].utf8) + (ends.values.indices.contains(index) ? ends.values[index] : [])
        case .text(let text):
            let isParagraph = ends.values.contains { !$0.isEmpty }
            return text.utf8.isEmpty ? [] : Array(text.utf8) + (isParagraph ? [0x0A, 0x0A] : [])
        }
    }
}
