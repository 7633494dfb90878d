import LetterModel

/// What became of one text in another one, by paragraph and then by word, for people to read.
///
/// The same alignment that merges go by, so that what is shown here is what merges.
public struct TextDiff: Hashable, Sendable {
    /// Whether a stretch stayed.
    public enum Change: String, Sendable {
        /// It is in both texts.
        case kept
        /// It is in the first text only.
        case removed
        /// It is in the second text only.
        case added
    }

    /// A stretch of one text or of both.
    public struct Span: Hashable, Sendable {
        /// Whether it stayed.
        public let change: Change
        /// The words; never empty.
        public let text: String

        /// A stretch of text.
        public init(_ change: Change, _ text: String) {
            self.change = change
            self.text = text
        }

        /// Whether both have the same change and the same bytes.
        public static func == (left: Span, right: Span) -> Bool {
            left.change == right.change && left.text.hasSameBytes(as: right.text)
        }

        /// Feeds the bytes that equality looks at.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(change)
            hasher.combine(ByteKey(text))
        }
    }

    /// The stretches from the front; what was removed comes before what was added in its place. Kept and removed ones together
    /// are the first text, kept and added ones the second, byte for byte.
    public let spans: [Span]

    /// Whether the texts are the same.
    public var isEmpty: Bool { !spans.contains { $0.change != .kept } }

    /// Compares two texts; absent ones are empty.
    public init(from base: String?, to other: String?) {
        var spans = SpanList()
        let before = TokenList(paragraphsOf: MergedText(plain: Array((base ?? "").utf8)[...]))
        let after = TokenList(paragraphsOf: MergedText(plain: Array((other ?? "").utf8)[...]))
        TextDiff.walk(before, after) { change, removed, added in
            if change {
                TextDiff.addWords(removed, added, to: &spans)
            } else {
                spans.add(.kept, removed)
            }
        }
        self.spans = spans.spans
    }

    /// By word within paragraphs that changed.
    private static func addWords(_ removed: ArraySlice<UInt8>, _ added: ArraySlice<UInt8>, to spans: inout SpanList) {
        let before = TokenList(wordsOf: MergedText(plain: removed))
        let after = TokenList(wordsOf: MergedText(plain: added))
        walk(before, after) { isChange, removed, added in
            spans.add(isChange ? .removed : .kept, removed)
            if isChange { spans.add(.added, added) }
        }
    }

    /// All stretches from the front: unchanged ones, and what was removed with what was added in its place.
    private static func walk(
        _ before: TokenList, _ after: TokenList,
        _ visit: (_ isChange: Bool, _ removed: ArraySlice<UInt8>, _ added: ArraySlice<UInt8>) -> Void
    ) {
        var last = 0
        for change in Alignment.changes(from: before, to: after) {
            visit(false, before.plainBytes(last..<change.base.lowerBound), [])
            visit(true, before.plainBytes(change.base), after.plainBytes(change.other))
            last = change.base.upperBound
        }
        visit(false, before.plainBytes(last..<before.count), [])
    }
}

/// Stretches in the making: neighbours of one kind become one.
private struct SpanList {
    private var pending: [(change: TextDiff.Change, bytes: [UInt8])] = []

    mutating func add(_ change: TextDiff.Change, _ bytes: ArraySlice<UInt8>) {
        guard !bytes.isEmpty else { return }
        if pending.last?.change == change {
            pending[pending.count - 1].bytes += bytes
        } else {
            pending.append((change, Array(bytes)))
        }
    }

    var spans: [TextDiff.Span] {
        pending.map { TextDiff.Span($0.change, String(decoding: $0.bytes, as: UTF8.self)) }
    }
}
