/// A text in the making: bytes that are settled, and hunks that are not.
///
/// While texts are merged each of them ends with an empty line (`ended`), so that a last paragraph is like any other one and
/// a paragraph that is added behind it changes nothing but that.
struct MergedText {
    /// The text from the front. Two plain pieces never touch, and none is empty.
    private(set) var pieces: [TextPiece] = []

    /// An empty text.
    init() {}

    /// A text as a letter holds it; absent is empty.
    init(ended text: String?) {
        guard let text, !text.utf8.isEmpty else { return }
        pieces = [.plain(Array(text.utf8) + [0x0A, 0x0A])]
    }

    /// A text that is compared only, as it is.
    init(plain bytes: ArraySlice<UInt8>) {
        append(bytes)
    }

    /// Whether anything is undecided.
    var hasHunks: Bool {
        pieces.contains { if case .hunk = $0 { true } else { false } }
    }

    /// The hunks from the front.
    var hunks: [TextHunk] {
        pieces.compactMap { if case .hunk(let hunk) = $0 { hunk } else { nil } }
    }

    mutating func append(_ bytes: some Collection<UInt8>) {
        guard !bytes.isEmpty else { return }
        if case .plain(var last)? = pieces.last {
            pieces.removeLast()
            last += bytes
            pieces.append(.plain(last))
        } else {
            pieces.append(.plain(Array(bytes)))
        }
    }

    mutating func append(_ piece: TextPiece) {
        switch piece {
        case .plain(let bytes): append(bytes)
        case .hunk: pieces.append(piece)
        }
    }

    mutating func append(_ text: MergedText) {
        for piece in text.pieces { append(piece) }
    }

    /// The bytes, with the run that `choose` takes of each hunk.
    func rendered(_ choose: (TextHunk) -> [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .plain(let plain): bytes += plain
            case .hunk(let hunk): bytes += choose(hunk)
            }
        }
        return bytes
    }

    /// What a write says here. One that is not in a hunk is taken to say what the least one says.
    func rendered(for write: Int) -> [UInt8] {
        rendered { $0.run(of: write) }
    }

    /// The text as a letter holds it, without the empty line at its end; nil if nothing is left.
    static func text(ended bytes: [UInt8]) -> String? {
        guard !bytes.isEmpty else { return nil }
        let text = String(decoding: withoutParagraphEnd(bytes[...]), as: UTF8.self)
        return text.utf8.isEmpty ? nil : text
    }

    /// Bytes without the empty line at their end.
    static func withoutParagraphEnd(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if bytes.suffix(2).elementsEqual([0x0A, 0x0A]) { return bytes.dropLast(2) }
        guard let once = withoutLineEnd(bytes), let twice = withoutLineEnd(once) else { return bytes }
        return twice
    }

    /// Whether bytes end with two line ends.
    static func endsParagraph(_ bytes: ArraySlice<UInt8>) -> Bool {
        withoutLineEnd(bytes).flatMap { withoutLineEnd($0) } != nil
    }

    /// Bytes without the line end at their end; nil if there is none.
    static func withoutLineEnd(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard bytes.last == 0x0A else { return nil }
        let rest = bytes.dropLast()
        return rest.last == 0x0D ? rest.dropLast() : rest
    }
}

/// A stretch of a text.
enum TextPiece {
    /// Bytes that are settled.
    case plain([UInt8])
    /// Bytes that live writes disagree on.
    case hunk(TextHunk)
}

/// A stretch that live writes changed differently: what each of them made of it.
struct TextHunk {
    /// What stood there before.
    let base: [UInt8]
    /// The run of each write that is joined here, the least name first. Never empty.
    let runs: [(write: Int, bytes: [UInt8])]
    /// Whether a paragraph is over behind the hunk, whichever run is taken: so behind one of whole paragraphs, and behind one of
    /// words that took in the end of its paragraph.
    var endsParagraph: Bool {
        runs.allSatisfy { $0.bytes.isEmpty || MergedText.endsParagraph($0.bytes[...]) }
    }

    /// What a write made of the stretch; of one that is not in the hunk, what the least one did.
    func run(of write: Int) -> [UInt8] {
        runs.first { $0.write == write }?.bytes ?? runs[0].bytes
    }

    /// The distinct runs, by bytes.
    var alternatives: [[UInt8]] {
        Set(runs.map(\.bytes)).sorted { $0.lexicographicallyPrecedes($1) }
    }
}

extension MergedText: Equatable {
    /// Whether both have the same bytes and the same hunks.
    static func == (left: MergedText, right: MergedText) -> Bool {
        left.pieces == right.pieces
    }
}

extension TextPiece: Equatable {}

extension TextHunk: Equatable {
    /// Whether each write says the same in both.
    static func == (left: TextHunk, right: TextHunk) -> Bool {
        left.runs.elementsEqual(right.runs) { $0.write == $1.write && $0.bytes == $1.bytes }
    }
}
