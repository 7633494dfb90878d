/// A text cut into tokens, paragraphs or words, by number. Together they hold every byte of it.
struct TokenList {
    /// The bytes of all plain tokens.
    private(set) var bytes: [UInt8] = []
    /// Where each token begins in the bytes, and the end of the last one.
    private var starts: [Int] = [0]
    /// The tokens that contain a hunk. They have no bytes of their own.
    private var mixed: [Int: [TextPiece]] = [:]

    /// The number of tokens.
    var count: Int { starts.count - 1 }

    private mutating func endToken() {
        if bytes.count > starts[starts.count - 1] { starts.append(bytes.count) }
    }

    private mutating func append(mixed pieces: [TextPiece]) {
        mixed[count] = pieces
        starts.append(bytes.count)
    }

    /// Whether a token has the same bytes as one of another list. A token that contains a hunk equals nothing.
    func isEqual(_ index: Int, _ other: TokenList, _ otherIndex: Int) -> Bool {
        let start = starts[index]
        let otherStart = other.starts[otherIndex]
        let length = starts[index + 1] - start
        guard length > 0, length == other.starts[otherIndex + 1] - otherStart else { return false }
        for offset in 0..<length where bytes[start + offset] != other.bytes[otherStart + offset] { return false }
        return true
    }

    /// The bytes of plain tokens.
    func plainBytes(_ range: Range<Int>) -> ArraySlice<UInt8> {
        bytes[starts[range.lowerBound]..<starts[range.upperBound]]
    }

    /// Tokens put together again.
    func pieces(_ range: Range<Int>) -> MergedText {
        var text = MergedText()
        guard !mixed.isEmpty else {
            text.append(plainBytes(range))
            return text
        }
        for index in range {
            if let pieces = mixed[index] {
                for piece in pieces { text.append(piece) }
            } else {
                text.append(plainBytes(index..<(index + 1)))
            }
        }
        return text
    }

    /// Whether the token is a hunk and nothing else.
    func isHunk(_ index: Int) -> Bool {
        if let pieces = mixed[index], pieces.count == 1, case .hunk = pieces[0] { true } else { false }
    }
}

// MARK: Paragraphs

extension TokenList {
    /// A text by paragraphs: each ends with the run of two or more line ends behind it, or with a hunk that ends so.
    init(paragraphsOf text: MergedText) {
        if case .plain(let plain)? = text.pieces.first, text.pieces.count == 1 {
            bytes = plain
            for end in TokenList.paragraphEnds(plain) { starts.append(end) }
            return
        }
        var pending: [TextPiece] = []
        func flush(_ list: inout TokenList) {
            let isPlain = pending.allSatisfy { if case .plain = $0 { true } else { false } }
            if isPlain {
                for case .plain(let plain) in pending { list.bytes += plain }
                list.endToken()
            } else {
                list.append(mixed: pending)
            }
            pending = []
        }
        for piece in text.pieces {
            switch piece {
            case .hunk(let hunk):
                pending.append(piece)
                if hunk.endsParagraph { flush(&self) }
            case .plain(let plain):
                var start = 0
                for end in TokenList.paragraphEnds(plain) {
                    pending.append(.plain(Array(plain[start..<end])))
                    if MergedText.endsParagraph(plain[start..<end]) { flush(&self) }
                    start = end
                }
            }
        }
        flush(&self)
    }

    /// Where paragraphs end; the last end is that of the bytes.
    private static func paragraphEnds(_ bytes: [UInt8]) -> [Int] {
        var ends: [Int] = []
        var index = 0
        var lineEnds = 0
        while index < bytes.count {
            if let width = lineEndWidth(bytes[...], at: index) {
                lineEnds += 1
                index += width
                continue
            }
            if lineEnds >= 2 { ends.append(index) }
            lineEnds = 0
            index += 1
        }
        if !bytes.isEmpty { ends.append(bytes.count) }
        return ends
    }

    private static func lineEndWidth(_ bytes: ArraySlice<UInt8>, at index: Int) -> Int? {
        if bytes[index] == 0x0A { return 1 }
        return bytes[index] == 0x0D && index + 1 < bytes.endIndex && bytes[index + 1] == 0x0A ? 2 : nil
    }
}

// MARK: Words

extension TokenList {
    /// A text by words. A hunk is a token by itself.
    init(wordsOf text: MergedText) {
        for piece in text.pieces {
            switch piece {
            case .hunk: append(mixed: [piece])
            case .plain(let plain): appendWords(plain)
            }
        }
    }

    private mutating func appendWords(_ plain: [UInt8]) {
        let base = bytes.count
        bytes += plain
        starts.reserveCapacity(starts.count + plain.count / 3)
        var index = 0
        var isInWord = false
        while index < plain.count {
            let (scalar, width) = TokenList.scalar(plain, at: index)
            switch WordTable.class(of: scalar) {
            case .letter: isInWord = true
            case .alone:
                if isInWord { starts.append(base + index) }
                isInWord = false
                starts.append(base + index + width)
            }
            index += width
        }
        if isInWord { starts.append(bytes.count) }
    }

    /// The scalar at a place, and its bytes. The bytes are those of a String, so they are well-formed.
    private static func scalar(_ bytes: [UInt8], at index: Int) -> (UInt32, Int) {
        let first = UInt32(bytes[index])
        func next(_ offset: Int) -> UInt32 {
            index + offset < bytes.count ? UInt32(bytes[index + offset] & 0x3F) : 0
        }
        switch first {
        case ..<0x80: return (first, 1)
        case ..<0xE0: return ((first & 0x1F) << 6 | next(1), 2)
        case ..<0xF0: return ((first & 0x0F) << 12 | next(1) << 6 | next(2), 3)
        default: return ((first & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3), 4)
        }
    }
}
